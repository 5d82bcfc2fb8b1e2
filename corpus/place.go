package corpus

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed places.txt
var placesText string

// A Level is the level of a region.
type Level int

// The levels of regions; LevelWater is a river, lake or mountain.
const (
	LevelProvince Level = iota + 1
	LevelCity           // prefecture-level city, area, prefecture or league
	LevelCounty
	LevelWater
)

// A Region is a named place.
type Region struct {
	Name     string // in full: "延边朝鲜族自治州"
	Short    string // as people say it: "延边"
	Province string // in full; of a province its own name
	Level    Level
}

// Places is a gazetteer of China's provinces and prefecture-level cities, with
// the counties and waters of some provinces. It is read-only and safe for
// concurrent use.
type Places struct {
	byName map[string]Region
	first  [1 << 16]uint8 // length in bytes of the longest name that starts with the rune
}

// Gazetteer returns the places that come with the package.
func Gazetteer() *Places { return places() }

var places = sync.OnceValue(func() *Places { return readPlaces(placesText) })

// readPlaces reads the form that places.txt describes. Names that come first
// win: the province 吉林 before the city.
func readPlaces(text string) *Places {
	p := &Places{byName: map[string]Region{}}
	for ln := range strings.Lines(text) {
		head, names, ok := strings.Cut(strings.TrimSpace(ln), ":")
		if !ok || strings.HasPrefix(head, "#") {
			continue
		}
		province, kind, _ := strings.Cut(head, "/")
		level := LevelCity
		switch kind {
		case "":
			p.add(Region{Name: province, Short: shortName(province), Province: province, Level: LevelProvince})
		case "县":
			level = LevelCounty
		default:
			level = LevelWater
		}
		for _, name := range strings.Fields(names) {
			r := Region{Name: name, Short: name, Province: province, Level: level}
			if level != LevelWater {
				r.Short = shortName(name)
			}
			p.add(r)
		}
	}
	return p
}

func (p *Places) add(r Region) {
	names := []string{r.Name}
	if short := r.Short; short != r.Name && runes(short) > 1 && (r.Level != LevelCounty || runes(short) > 2 || !ambiguousShort[short]) {
		names = append(names, short)
	}
	names = append(names, abbreviations(r)...)
	for _, name := range names {
		if _, ok := p.byName[name]; ok {
			continue
		}
		p.byName[name] = r
		if c := firstRune(name); int(c) < len(p.first) {
			p.first[c] = max(p.first[c], uint8(min(len(name), 255)))
		}
	}
}

// Short names of counties that are common words, or other provinces' cities.
var ambiguousShort = map[string]bool{
	"朝阳": true, "西安": true, "通化": true, "铁东": true, "铁西": true, "龙山": true,
	"二道": true, "南关": true, "丰满": true, "东昌": true, "宽城": true, "绿园": true,
}

// abbreviations are further names by which a place is called: 延边州, 前郭县,
// 内蒙古.
func abbreviations(r Region) []string {
	switch {
	case strings.HasSuffix(r.Name, "自治州"):
		return []string{r.Short + "州"}
	case strings.HasSuffix(r.Name, "自治县"):
		return []string{r.Short + "县"}
	}
	return nil
}

// Endings of full names, and of the peoples' names before 自治.
var (
	nameEnds = []string{"特别行政区", "自治区", "自治州", "自治县", "保护开发区", "地区", "省", "市", "州", "盟", "县", "林区", "区", "旗"}
	peoples  = []string{
		"朝鲜族", "土家族", "苗族", "藏族", "羌族", "彝族", "布依族", "侗族", "哈尼族", "壮族", "傣族", "白族", "景颇族",
		"傈僳族", "回族", "蒙古族", "满族", "哈萨克", "柯尔克孜", "维吾尔", "蒙古", "尔罗斯",
	}
)

// shortName is the name of a place as people say it: 延边朝鲜族自治州 is 延边.
func shortName(name string) string {
	end, ok := cutSuffix(name, nameEnds)
	if !ok || runes(name)-runes(end) < 2 {
		return name
	}
	short := strings.TrimSuffix(name, end)
	if !strings.HasPrefix(end, "自治") {
		return short
	}
	for {
		w, ok := cutSuffix(short, peoples)
		if !ok || runes(short)-runes(w) < 2 {
			return short
		}
		short = strings.TrimSuffix(short, w)
	}
}

// Region finds a place by its full or short name: "松原市", "松原", "延边州",
// "北京". ok is false for any other text.
func (p *Places) Region(name string) (r Region, ok bool) {
	r, ok = p.byName[strings.TrimSpace(name)]
	return r, ok
}

// A Mention is a place named in a text.
type Mention struct {
	Region Region
	Name   string // as written
	Start  int    // byte offset
}

// Find returns the places that s names, from left to right; of overlapping
// names the longest that starts first.
func (p *Places) Find(s string) []Mention {
	var out []Mention
	for i := 0; i < len(s); {
		if name := p.longest(s[i:]); name != "" {
			out = append(out, Mention{p.byName[name], name, i})
			i += len(name)
			continue
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
	}
	return out
}

// longest is the longest place name that s starts with.
func (p *Places) longest(s string) string {
	c := firstRune(s)
	if int(c) >= len(p.first) || p.first[c] == 0 {
		return ""
	}
	n := min(int(p.first[c]), len(s))
	for ; n > 0; n-- {
		if n < len(s) && !utf8.RuneStart(s[n]) {
			continue
		}
		if _, ok := p.byName[s[:n]]; ok {
			return s[:n]
		}
	}
	return ""
}

// regionOf is the region that a title is about, from the outside in:
// 浙江省杭州市萧山区 for a title that starts with 杭州市萧山区.
func (p *Places) regionOf(title string) string {
	for _, m := range p.Find(title) {
		if m.Region.Level > LevelCity {
			continue
		}
		name := m.Region.Name
		if m.Region.Level != LevelProvince {
			name = m.Region.Province + name
		}
		return name + district(title[m.Start+len(m.Name):])
	}
	if i := strings.IndexAny(title, "市县区"); i > 0 {
		s := strings.Trim(title[:i], "《〈“\"关于印发 ")
		if n := runes(s); n >= 2 && n <= 4 {
			return s + firstOf(title[i:])
		}
	}
	return ""
}

// innermost is the short name of the innermost part of a region: 萧山 of
// 浙江省杭州市萧山区.
func (p *Places) innermost(region string) string {
	name := region
	for _, m := range p.Find(region) {
		name = m.Region.Short
		region = region[strings.Index(region, m.Name)+len(m.Name):]
	}
	if region != "" {
		return shortName(region)
	}
	return name
}

// district is the district that s starts with, such as 海珠区.
func district(s string) string {
	n := 0
	for i, r := range s {
		if n++; n > 5 {
			break
		}
		if n >= 3 && (r == '区' || r == '县') {
			return s[:i] + string(r)
		}
		if strings.ContainsRune("关支人政打实委局的", r) {
			break
		}
	}
	return ""
}

func isPlaceName(s string) bool {
	_, ok := places().Region(s)
	return ok
}

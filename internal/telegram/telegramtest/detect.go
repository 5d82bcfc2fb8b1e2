package telegramtest

import (
	"slices"
	"strings"
	"unicode"
)

// A finder walks a text as runes; entities it finds are in rune offsets until
// detect turns them into UTF-16.
type finder struct {
	text  []rune
	found []Entity
}

// detect finds what Telegram makes clickable by itself: mentions, commands,
// hashtags, cashtags, e-mail addresses and links. Where two overlap the one
// that begins first wins.
func detect(text string) []Entity {
	f := &finder{text: []rune(text)}
	f.mentions()
	f.commands()
	f.hashtags()
	f.cashtags()
	f.tgLinks()
	f.links()
	slices.SortStableFunc(f.found, compareEntities)
	return f.inUnits(withoutOverlap(f.found))
}

// inUnits turns rune offsets of sorted entities into UTF-16 offsets.
func (f *finder) inUnits(list []Entity) []Entity {
	at := make([]int, len(f.text)+1)
	for i, r := range f.text {
		at[i+1] = at[i] + units(string(r))
	}
	for i, e := range list {
		list[i].Offset = at[e.Offset]
		list[i].Length = at[e.end()] - at[e.Offset]
	}
	return list
}

// rune returns the rune at i, or 0 outside the text.
func (f *finder) rune(i int) rune {
	if i < 0 || i >= len(f.text) {
		return 0
	}
	return f.text[i]
}

func (f *finder) add(kind string, from, to int) {
	f.found = append(f.found, Entity{Type: kind, Offset: from, Length: to - from})
}

// run returns the end of the stretch of runes from i on that satisfy ok.
func (f *finder) run(i int, ok func(rune) bool) int {
	for i < len(f.text) && ok(f.text[i]) {
		i++
	}
	return i
}

// wordRune reports whether r is part of a word. Chinese characters are: a
// mention or command glued to them is none.
func wordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}

func nameRune(r rune) bool {
	return r == '_' || r < 0x80 && (isAlpha(byte(r)) || isDigit(byte(r)))
}

func (f *finder) mentions() {
	for i := range f.text {
		if f.text[i] != '@' || wordRune(f.rune(i-1)) {
			continue
		}
		end := f.run(i+1, nameRune)
		n := end - i - 1
		if n < 2 || n > 32 || wordRune(f.rune(end)) {
			continue
		}
		name := strings.ToLower(string(f.text[i+1 : end]))
		if n >= 4 || slices.Contains([]string{"gif", "vid", "pic"}, name) {
			f.add("mention", i, end)
		}
	}
}

func commandEdge(r rune) bool { return wordRune(r) || r == '/' || r == '<' || r == '>' }

func (f *finder) commands() {
	for i := range f.text {
		if f.text[i] != '/' || commandEdge(f.rune(i-1)) {
			continue
		}
		end := f.run(i+1, nameRune)
		if n := end - i - 1; n < 1 || n > 64 {
			continue
		}
		if f.rune(end) == '@' {
			to := f.run(end+1, nameRune)
			if n := to - end - 1; n < 3 || n > 32 {
				continue
			}
			end = to
		}
		if !commandEdge(f.rune(end)) {
			f.add("bot_command", i, end)
		}
	}
}

func tagRune(r rune) bool {
	return r == '_' || r == 0x200c || r == 0xb7 || r >= 0xd80 && r <= 0xdff ||
		unicode.IsLetter(r) || unicode.Is(unicode.Nd, r)
}

func (f *finder) hashtags() {
	for i := range f.text {
		if f.text[i] != '#' || tagRune(f.rune(i-1)) {
			continue
		}
		end := f.run(i+1, tagRune)
		tag := f.text[i+1 : end]
		if f.rune(end) == '#' || !slices.ContainsFunc(tag, unicode.IsLetter) {
			continue
		}
		f.add("hashtag", i, min(end, i+1+256))
	}
}

func (f *finder) cashtags() {
	edge := func(r rune) bool { return tagRune(r) || r == '$' }
	for i := range f.text {
		if f.text[i] != '$' || edge(f.rune(i-1)) {
			continue
		}
		end := f.run(i+1, func(r rune) bool { return r >= 'A' && r <= 'Z' })
		if n := end - i - 1; n >= 1 && n <= 8 && !edge(f.rune(end)) {
			f.add("cashtag", i, end)
		}
	}
}

// urlRune reports whether r can stand in an address: all but separators and
// most of the general punctuation. Chinese text and its punctuation can.
func urlRune(r rune) bool {
	if r >= 0x2000 && r <= 0x206f {
		return r == 0x200c || r == 0x200d || r >= 0x2010 && r <= 0x2015
	}
	return !unicode.Is(unicode.Z, r)
}

func pathRune(r rune) bool { return !strings.ContainsRune("\n<>\"«»", r) && urlRune(r) }

func userRune(r rune) bool { return !strings.ContainsRune("\n/[]{}()'`<>\"@«»", r) && urlRune(r) }

func hostRune(r rune) bool {
	if r < 0xc0 {
		return nameRune(r) || r == '.' || r == '-' || r == '~'
	}
	return urlRune(r)
}

// badEnd are the runes that do not end an address, as in "see a.example/b."
const badEnd = ".:;,('?!`"

func (f *finder) path(i int) int {
	if !strings.ContainsRune("/?#", f.rune(i)) || i >= len(f.text) {
		return i
	}
	end := f.run(i+1, pathRune)
	for end > i+1 && strings.ContainsRune(badEnd, f.text[end-1]) {
		end--
	}
	if f.text[i] == '/' || end > i+1 {
		return end
	}
	return i
}

func (f *finder) tgLinks() {
	for i := range f.text {
		for _, scheme := range []string{"tg://", "ton://"} {
			n := len(scheme)
			if i+n > len(f.text) || !strings.EqualFold(string(f.text[i:i+n]), scheme) {
				continue
			}
			end := f.run(i+n, func(r rune) bool { return nameRune(r) || r == '-' })
			if end > i+n {
				f.add("url", i, f.path(end))
			}
		}
	}
}

// links looks around every dot for an address.
func (f *finder) links() {
	from := 0 // what lies before is used up
	for from < len(f.text) {
		dot := slices.Index(f.text[from:], '.')
		if dot < 0 || from+dot+1 >= len(f.text) {
			return
		}
		from = f.linkAt(from, from+dot)
	}
}

// linkAt adds the address around the dot, if there is one, and returns where
// to look on.
func (f *finder) linkAt(from, dot int) int {
	host, hostEnd := dot, f.run(dot, func(r rune) bool { return r == '@' || hostRune(r) })
	for host > from && hostRune(f.text[host-1]) {
		host--
	}
	begin := host
	if slices.Contains(f.text[dot:hostEnd], '@') || f.rune(host-1) == '@' && host > from {
		begin = f.userPart(from, host)
	}
	end := f.path(f.port(hostEnd))
	for end > dot+1 && f.text[end-1] == '.' {
		end--
	}
	begin, ok := f.scheme(from, begin)
	ok = ok && f.rune(begin) != '@'
	if ok && end > dot+1 {
		f.addLink(begin, end)
		for f.rune(end) == '.' {
			end++
		}
		return max(end, dot+1)
	}
	if !ok { // no part of what looks like an address is one
		for f.text[end-1] != '.' {
			end--
		}
		return max(end, dot+1)
	}
	return dot + 1
}

func (f *finder) userPart(from, host int) int {
	for host > from && (f.text[host-1] == '@' || userRune(f.text[host-1])) {
		host--
	}
	return host
}

func (f *finder) port(i int) int {
	if f.rune(i) != ':' {
		return i
	}
	end := f.run(i+1, func(r rune) bool { return r >= '0' && r <= '9' })
	digits := strings.TrimLeft(string(f.text[i+1:end]), "0")
	if digits == "" || len(digits) > 5 || len(digits) == 5 && digits > "65535" {
		return i
	}
	return end
}

// scheme steps back over a scheme before begin. It reports whether an address
// may begin there at all.
func (f *finder) scheme(from, begin int) (int, bool) {
	before := string(f.text[from:begin])
	if rest, ok := strings.CutSuffix(before, "://"); ok {
		rest = strings.ToLower(rest)
		for _, s := range []string{"https", "http", "ftp"} {
			if strings.HasSuffix(rest, s) && !foreignScheme(rest, s) {
				return begin - len(s) - 3, true
			}
		}
		return begin, false
	}
	if r := f.rune(begin - 1); begin > from && (wordRune(r) || r == '/' || r == '#' || r == '@') {
		return begin, false
	}
	return begin, true
}

// foreignScheme reports whether the scheme s is only the end of another one.
func foreignScheme(rest, s string) bool {
	return s == "http" && strings.HasSuffix(rest, "shttp") ||
		s == "ftp" && (strings.HasSuffix(rest, "tftp") || strings.HasSuffix(rest, "sftp"))
}

func (f *finder) addLink(begin, end int) {
	s := string(f.text[begin:end])
	if isEmail(s) {
		f.add("email", begin, end)
		return
	}
	if n := linkLength(s); n > 0 {
		f.add("url", begin, begin+n)
	}
}

func isEmail(s string) bool {
	user, host, ok := strings.Cut(s, "@")
	if !ok || user == "" || len(user) > 64 {
		return false
	}
	if strings.Trim(strings.ToLower(user), "abcdefghijklmnopqrstuvwxyz0123456789_-.+") != "" {
		return false
	}
	parts := strings.Split(host, ".")
	tld := parts[len(parts)-1]
	if len(parts) < 2 || len(tld) < 2 || len(tld) > 8 || strings.ContainsFunc(tld, func(r rune) bool { return r > 0x7f || !isAlpha(byte(r)) }) {
		return false
	}
	return !slices.Contains(parts, "") && !strings.ContainsFunc(host, func(r rune) bool { return !nameRune(r) && r != '.' && r != '-' })
}

// linkLength returns how many runes of s, which looks like an address, are one:
// 0 if none.
func linkLength(s string) int {
	rest, scheme := s, false
	for _, p := range []string{"http://", "https://", "ftp://"} {
		if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			rest, scheme = s[len(p):], true
		}
	}
	cut := strings.IndexAny(rest, "/?#")
	if cut < 0 {
		cut = len(rest)
	}
	host, path := rest[:cut], rest[cut:]
	host = host[strings.LastIndexByte(host, '@')+1:]
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	if !goodDomain(host, scheme) {
		return 0
	}
	return len([]rune(s)) - len([]rune(path)) + len([]rune(balanced(path)))
}

// balanced cuts a path before a bracket that nothing in it opened.
func balanced(path string) string {
	depth := map[rune]int{}
	open := map[rune]rune{')': '(', ']': '[', '}': '{'}
	for i, r := range path {
		if o := open[r]; o != 0 {
			if depth[o]--; depth[o] < 0 {
				path = path[:i]
				break
			}
		}
		depth[r]++
	}
	return strings.TrimRight(path, badEnd)
}

// goodDomain reports whether a host is good enough for a link. Without a scheme
// its last part must be a known one; with a scheme any will do, and that is how
// an address swallows the Chinese text glued to it.
func goodDomain(host string, scheme bool) bool {
	parts := strings.Split(host, ".")
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts {
		if p == "" || len(p) >= 64 || strings.HasSuffix(p, "-") {
			return false
		}
	}
	if strings.Trim(host, "0123456789.") == "" {
		return isIPv4(parts)
	}
	tld := parts[len(parts)-1]
	if len([]rune(tld)) < 2 || strings.ContainsAny(tld, "_") || strings.Contains(parts[len(parts)-2], "_") {
		return false
	}
	if strings.HasPrefix(tld, "xn--") {
		return len(tld) > 5
	}
	return !strings.Contains(tld, "-") && (scheme || knownTLD(tld))
}

func isIPv4(parts []string) bool {
	if len(parts) != 4 {
		return false
	}
	for _, p := range parts {
		if len(p) > 3 || len(p) == 3 && p > "255" || len(p) > 1 && p[0] == '0' {
			return false
		}
	}
	return true
}

// knownTLD knows any two letters and the longer names that are likely near
// Chinese government texts.
func knownTLD(tld string) bool {
	tld = strings.ToLower(tld)
	if len(tld) == 2 && isAlpha(tld[0]) && isAlpha(tld[1]) {
		return true
	}
	return slices.Contains(tlds, tld)
}

var tlds = strings.Fields(`com net org gov edu int mil info biz name pro mobi asia jobs tel travel
	museum aero coop cat post xxx app dev page blog cloud online site website store shop tech
	space top vip wang xyz club ltd group link live news work wiki zone world email team ink art
	design fun run xin chat city company icu ren zip mov bot
	中国 中國 公司 网络 政务 政府 公益 网址 在线 中文网 集团 机构 组织机构 企业 信息 广东 佛山 香港
	台湾 澳門 新闻 健康 招聘 商标 商城 商店 世界 网站 网店 移动 联通 手机 我爱你 慈善 购物 游戏 娱乐
	食品 餐厅 中信 微博 时尚 书籍 書籍 八卦 点看 新加坡`)

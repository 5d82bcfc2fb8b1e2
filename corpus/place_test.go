package corpus

import (
	"slices"
	"strings"
	"testing"
)

func TestRegion(t *testing.T) {
	for _, tt := range []struct {
		name string
		want Region
	}{
		{"北京", Region{"北京市", "北京", "北京市", LevelProvince}},
		{"松原市", Region{"松原市", "松原", "吉林省", LevelCity}},
		{"辽源", Region{"辽源市", "辽源", "吉林省", LevelCity}},
		{"延边州", Region{"延边朝鲜族自治州", "延边", "吉林省", LevelCity}},
		{"吉林", Region{"吉林省", "吉林", "吉林省", LevelProvince}},
		{"吉林市", Region{"吉林市", "吉林", "吉林省", LevelCity}},
		{"前郭县", Region{"前郭尔罗斯蒙古族自治县", "前郭", "吉林省", LevelCounty}},
		{"内蒙古", Region{"内蒙古自治区", "内蒙古", "内蒙古自治区", LevelProvince}},
		{"新疆", Region{"新疆维吾尔自治区", "新疆", "新疆维吾尔自治区", LevelProvince}},
		{"查干湖", Region{"查干湖", "查干湖", "吉林省", LevelWater}},
		{"大兴安岭", Region{"大兴安岭地区", "大兴安岭", "黑龙江省", LevelCity}},
		{"西双版纳", Region{"西双版纳傣族自治州", "西双版纳", "云南省", LevelCity}},
	} {
		if got, ok := Gazetteer().Region(tt.name); !ok || got != tt.want {
			t.Errorf("Region(%q) = %+v, %v", tt.name, got, ok)
		}
	}
	for _, name := range []string{"", "省", "吉", "某市", "生态环境厅", "吉林大米"} {
		if got, ok := Gazetteer().Region(name); ok {
			t.Errorf("Region(%q) = %+v", name, got)
		}
	}
}

func TestFindMentions(t *testing.T) {
	var got []string
	for _, m := range Gazetteer().Find("吉林省长春市和北京、齐齐哈尔的查干湖") {
		got = append(got, m.Region.Name)
	}
	if want := []string{"吉林省", "长春市", "北京市", "齐齐哈尔市", "查干湖"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestPlacesFile checks that no place stands twice in one line of places.txt.
func TestPlacesFile(t *testing.T) {
	provinces := 0
	for ln := range strings.Lines(placesText) {
		head, names, ok := strings.Cut(ln, ":")
		if !ok || strings.HasPrefix(head, "#") {
			continue
		}
		if !strings.Contains(head, "/") {
			provinces++
		}
		seen := map[string]bool{}
		for _, name := range strings.Fields(names) {
			if seen[name] {
				t.Errorf("%s stands twice in %s", name, head)
			}
			seen[name] = true
			if _, ok := Gazetteer().Region(name); !ok {
				t.Errorf("%s of %s is not found", name, head)
			}
		}
	}
	if provinces != 34 {
		t.Errorf("%d provinces", provinces)
	}
}

func TestClausePlaces(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"推进四平市、松原市海绵城市示范", []string{"四平市", "松原市"}},
		{"完成长沙、株洲、湘潭试点任务", []string{"长沙", "株洲", "湘潭"}},
		{"支持上城区、西湖区、滨江区等先行", []string{"上城区", "西湖区", "滨江区"}},
		{"带动兴宁市、平远县、蕉岭县等发展", []string{"兴宁市", "平远县", "蕉岭县"}},
		{"治理东辽河干流及支流", []string{"东辽河干流"}},
		{"建设G331吉林段和S210沿线", []string{"G331吉林段"}},
		{"打响吉林大米、长白山人参等品牌", nil},
		{"编制《长春市规划》，讲好“查干湖”故事", nil},
		{"加强森林、湿地、草原保护", nil},
		{"由长春市人民政府负责", nil},
		{"推进园区、社区、景区建设", nil},
	} {
		p := &parser{plan: &Plan{}, text: tt.text}
		var got []string
		for _, pl := range p.findPlaces(Span{0, len(tt.text)}) {
			got = append(got, pl.Name)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("places in %q are %q, want %q", tt.text, got, tt.want)
		}
	}
}

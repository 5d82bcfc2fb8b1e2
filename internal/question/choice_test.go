package question

import "testing"

func TestChoose(t *testing.T) {
	choices := []string{"成都市有多少条任务", "《养老方案》", "广东省有多少条任务?"}
	for _, test := range []struct{ text, want string }{
		{"1", choices[0]}, {"2.", choices[1]}, {"第二个", choices[1]}, {"第3项吧", choices[2]}, {"选二", choices[1]}, {"我选第1个", choices[0]},
		{"３", choices[2]}, {"2号", choices[1]}, {"最后一个", choices[2]}, {" 第三个呢? ", choices[2]},
		{"《养老方案》", choices[1]}, {"广东省有多少条任务", choices[2]}, {"廣東省有多少條任務？", choices[2]},
		{"4", ""}, {"0", ""}, {"第四个", ""}, {"2027", ""}, {"2.1", ""}, {"第二条谁牵头", ""}, {"2个目标", ""}, {"广东", ""}, {"", ""}, {"?", ""},
	} {
		got, ok := Choose(choices, test.text)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%q: %q %v, want %q", test.text, got, ok, test.want)
		}
	}
	if got, ok := Choose(nil, "1"); ok {
		t.Errorf("of none: %q", got)
	}
}

package fold

import (
	"strings"
	"unicode/utf8"
)

// Numerals rewrites Chinese numerals of a folded question in digits where they
// surely are numbers, and leaves all else alone:
//
//	百分之四十五 → 45%      四十五点二 → 45.2    二〇二七年 → 2027年
//	第十一条 → 第11条       十二月 → 12月        二百五十万亩 → 250万亩
//	三十二个 → 32个
//
// 万 and 亿 behind a number stay words, as plans write them. A numeral of
// one character is left alone (一个, 三类) except in an ordinal and in a month, and
// so is one that no unit of measure follows (十大行动, 十四五规划, 千亿元).
// Positions are not kept.
func Numerals(s string) string {
	if !strings.ContainsAny(s, "〇零两一二三四五六七八九十") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		out, n := rewrite(s[:i], s[i:])
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s[i:])
			out = s[i : i+n]
		}
		b.WriteString(out)
		i += n
	}
	return b.String()
}

// rewrite returns what the numeral at the start of s becomes and how many bytes
// of s it takes, or 0 bytes when there is none. before is the text in front.
func rewrite(before, s string) (string, int) {
	for _, p := range parts {
		if rest, ok := strings.CutPrefix(s, p.prefix); ok {
			n := run(rest, true)
			if v, ok := decimal(rest[:n]); ok {
				return v + p.mark, len(p.prefix) + n
			}
			return "", 0
		}
	}
	n := run(s, true)
	if out, ok := plain(before, s[:n], s[n:]); ok {
		return out, n
	}
	if n > 0 {
		return s[:n], n
	}
	return "", 0
}

// plain rewrites the numeral num between before and after.
func plain(before, num, after string) (string, bool) {
	body, scale := splitScale(num)
	if body == "" || asciiDigits(body) {
		return "", false
	}
	v, ok := decimal(body)
	switch {
	case !ok:
		return "", false
	case strings.HasSuffix(before, "第"):
		return v + scale, startsWithAny(after, ordinals)
	case strings.Contains(body, "点"):
		return v + scale, true
	case strings.HasPrefix(after, "年"):
		return v + scale, year(body)
	case strings.HasPrefix(after, "月"):
		return v + scale, len(v) < 3
	case utf8.RuneCountInString(num) < 2:
		return "", false
	case !strings.ContainsAny(num, "十百千万亿"):
		return "", false
	}
	return v + scale, startsWithAny(after, measures)
}

// year reports whether body, before 年, is a year written digit by digit, in
// full or by its last two digits.
func year(body string) bool {
	n := utf8.RuneCountInString(body)
	_, ok := digitString(body)
	return ok && (n == 4 || n == 2) || strings.ContainsAny(body, "十百千") && n > 1
}

// splitScale takes 万 and 亿 off the end of a numeral. A numeral that also has
// them inside stays whole.
func splitScale(num string) (body, scale string) {
	body = strings.TrimRight(num, "万亿")
	if strings.ContainsAny(body, "万亿") {
		return num, ""
	}
	return body, num[len(body):]
}

// run returns the length of the longest prefix of s made of numeral characters;
// with point, one 点 between digits is part of it.
func run(s string, point bool) int {
	for i, r := range s {
		_, ok := digit(r)
		switch {
		case ok || strings.ContainsRune("十百千万亿", r):
		case point && r == '点' && i > 0:
			next, _ := utf8.DecodeRuneInString(s[i+len("点"):])
			if _, ok := digit(next); !ok {
				return i
			}
			point = false
		default:
			return i
		}
	}
	return len(s)
}

func asciiDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// ordinals follow the number in names for parts of a text.
var ordinals = strings.Fields("条 项 章 节 款 个 部分 点 段 批 期 季度")

// measures are units that follow a number of things or an amount.
var measures = strings.Fields(`个 家 项 条 座 处 种 所 批 台 辆 人 户 名 位 件 次 倍 张 块 套 头 只 株 棵
	公里 千米 公顷 公斤 千克 千瓦 平方 立方 米 吨 亩 元 块钱 度 分贝 微克 毫克 升 克
	天 日 号 小时 分钟 周 季度 年 岁 % 个百分点 以上 以下 以内 左右`)

func startsWithAny(s string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

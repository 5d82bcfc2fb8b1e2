package telegram

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
)

// A commandInfo describes a command in the menus.
type commandInfo struct {
	name, zh, en string
	admin        bool
}

var commands = []commandInfo{
	{"ask", "提问,例如 /ask 湿地保护率要到多少", "Ask a question", false},
	{"targets", "主要目标一览", "All main targets", false},
	{"agency", "各单位牵头的工作", "Tasks by lead agency", false},
	{"plan", "查看或选择方案", "See or choose the plan", false},
	{"help", "怎么用", "How to use this bot", false},
	{"privacy", "保存哪些数据", "What is stored", false},
	{"forget", "删除我的数据", "Delete my data", false},
	{"start", "开始", "Start", false},
	{"stats", "使用情况", "Usage", true},
	{"unanswered", "没有答上的问题", "Questions without an answer", true},
	{"backup", "备份数据", "Back up the data", true},
}

func known(name string) bool {
	return slices.ContainsFunc(commands, func(c commandInfo) bool { return c.name == name })
}

// command does what a command asks for. /ask never comes here.
func (b *Bot) command(ctx context.Context, it *item) (*shown, error) {
	switch it.Command {
	case "start":
		return b.start(it), nil
	case "help":
		return b.help(), nil
	case "targets":
		return b.targets(b.planOf(it), 0)
	case "agency":
		return b.agency(ctx, it)
	case "plan":
		return b.plans(it)
	case "privacy":
		return words(b.privacy()), nil
	case "forget":
		return b.forget(it)
	case "stats", "unanswered", "backup":
		if !b.admin(it) {
			return words("这个命令只对管理员开放。"), nil
		}
		return b.adminCommand(ctx, it)
	}
	return words("没有这个命令。直接发问题即可,用法见 /help。"), nil
}

// start greets, or opens the clause that a deep link names.
func (b *Bot) start(it *item) *shown {
	if it.Text != "" && it.Text != "help" {
		if _, ok := b.refs.find(it.Text); ok {
			return b.clause(it.Text, false)
		}
		s := b.help()
		s.html = "这个链接指的条款在现有方案里没有找到。\n\n" + s.html
		return s
	}
	return b.help()
}

// examples are questions that show what can be asked, from the plan itself.
func (b *Bot) examples() []string {
	return b.opt.Chat.Engine().Ask(context.Background(), answer.Request{Text: "你能做什么"}).Suggest
}

func (b *Bot) help() *shown {
	w := &writer{}
	w.bold("我是问策,回答行动方案里的问题:谁牵头、目标多少、什么时候完成、某单位有哪些任务。")
	w.text("\n每个答案都附原文和出处;方案没写的,我会说没写。\n\n例如:\n")
	for _, q := range b.examples() {
		w.text("· " + q + "\n")
	}
	w.text("\n私聊直接问;群里")
	if b.SeesAll() {
		w.text("@我、回复我的消息或用")
	} else {
		w.text("回复我的消息或用")
	}
	// A command with the bot's name is meant to be tapped, so it is not quieted.
	w.raw(" /ask@" + b.me.Username + " 加问题。接着问“那…呢”“第二条呢”“还有吗”“原文发一下”都可以。")
	return &shown{html: w.block().html}
}

// hello introduces the bot to a group it was added to.
func (b *Bot) hello() *shown {
	w := &writer{}
	w.text("大家好,我是问策,回答行动方案里的问题,附原文和出处。")
	w.raw("\n群里这样问我:/ask@" + b.me.Username + " 加问题,或直接回复我的消息。")
	if privacyOn(&b.me) {
		w.text("\n\n提示:本机器人开着隐私模式,只看得到命令和对它的回复。要让“@我 加问题”也有效,请在 BotFather 里关闭隐私模式后把我移出再加回本群,或把我设为群管理员。")
	} else {
		w.text("也可以@我提问。")
	}
	return &shown{html: w.block().html}
}

func (b *Bot) privacy() string {
	return "保存什么:\n" +
		"· 你最近一次提问及其答案的编号,用来理解接着问的话,30分钟后不再使用,48小时内删除;\n" +
		"· 答案的类别、是否答上、“有用/有误”,30天内删除,不含姓名和账号(只有加密的标记);\n" +
		"· 尚未答复的消息,答复后立即删除。\n" +
		"不保存:群里没有对我说的话。没有答上的问题原文,只在管理员开启后保存,最多30天。\n" +
		"发 /forget 立即删除你在这里的数据。"
}

// forget removes what is kept of the person in this chat.
func (b *Bot) forget(it *item) (*shown, error) {
	n, err := b.opt.Chat.Forget(it.conversation())
	if err != nil {
		return nil, err
	}
	return words(fmt.Sprintf("已删除你在本聊天里的数据(%d条)。", n)), nil
}

// planOf returns the number of the plan of a chat, as buttons carry it.
func (b *Bot) planOf(it *item) string {
	id, err := b.opt.Chat.Plan(it.conversation().Chat)
	if err != nil {
		return "0"
	}
	i := slices.IndexFunc(b.loaded(), func(p *corpus.Plan) bool { return p.ID == id })
	return strconv.Itoa(max(i, 0))
}

func (b *Bot) loaded() []*corpus.Plan { return b.opt.Chat.Engine().Plans() }

// targets writes a page of the table of a plan's main targets: by section, one
// line each.
func (b *Bot) targets(plan string, n int) (*shown, error) {
	i, err := strconv.Atoi(plan)
	if err != nil || i < 0 || i >= len(b.loaded()) {
		return words("没有这份方案。"), nil
	}
	p := b.loaded()[i]
	var blocks []block
	top := -1
	w := &writer{}
	for j := range p.Targets {
		t := &p.Targets[j]
		if t.Clause >= 0 {
			continue
		}
		if s := p.Top(t.Section); s != top {
			if w.units > 0 {
				blocks = append(blocks, w.block())
			}
			top, w = s, &writer{}
			w.bold(p.Sections[s].Label)
		}
		value := t.Value
		if value == "" {
			value = t.Wording
		}
		w.text("\n· " + t.Indicator + ":" + t.DeadlineWording + value)
	}
	if w.units > 0 {
		blocks = append(blocks, w.block())
	}
	if blocks == nil {
		return words("《" + p.Card.Title + "》没有写明主要目标。"), nil
	}
	pages := paged(blocks, 5)
	n = min(max(n, 0), len(pages)-1)
	head := &writer{}
	head.text(fmt.Sprintf("《%s%s%d页,共%d页)", p.Card.Title, tableTitle, n+1, len(pages)))
	var row []button
	if n > 0 {
		row = append(row, button{"上一页", data("t", plan, strconv.Itoa(n-1))})
	}
	if n+1 < len(pages) {
		row = append(row, button{"下一页", data("t", plan, strconv.Itoa(n+1))})
	}
	s := &shown{html: head.block().html + "\n\n" + joined(pages[n], "\n\n")}
	if row != nil {
		s.buttons = [][]button{row}
	}
	return s, nil
}

// agencies returns the lead agencies of all plans with the number of their
// clauses, in the order of the text.
func (b *Bot) agencies() (names []string, n map[string]int) {
	n = map[string]int{}
	for _, p := range b.loaded() {
		for i := range p.Clauses {
			for _, l := range p.Clauses[i].Leads {
				if n[l] == 0 {
					names = append(names, l)
				}
				n[l]++
			}
		}
	}
	return names, n
}

// maxAgencyButtons keeps the keyboard within a screen.
const maxAgencyButtons = 40

// agency lists the lead agencies, or answers for the one that is named.
func (b *Bot) agency(ctx context.Context, it *item) (*shown, error) {
	if it.Text != "" {
		return b.answer(ctx, it, it.Text+"牵头哪些工作")
	}
	names, n := b.agencies()
	if len(names) == 0 {
		return words("现有方案没有标注牵头单位。"), nil
	}
	w := &writer{}
	w.bold(fmt.Sprintf("牵头单位共%d个", len(names)))
	var rows [][]button
	for i, name := range names {
		w.text(fmt.Sprintf("\n· %s %d项", name, n[name]))
		if i >= maxAgencyButtons {
			continue
		}
		if i%2 == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], button{clipped(name, 20), data("a", strconv.Itoa(i))})
	}
	w.text("\n点单位名看它的工作。")
	text := w.block()
	if text.units > maxUnits {
		text.html = escaper.Replace(split(plain(text.html), maxUnits)[0])
	}
	return &shown{html: text.html, buttons: rows}, nil
}

// tasksOf answers for agency i of the list.
func (b *Bot) tasksOf(ctx context.Context, it *item, i int) (*shown, error) {
	names, _ := b.agencies()
	if i < 0 || i >= len(names) {
		return nil, nil
	}
	return b.answer(ctx, it, names[i]+"牵头哪些工作")
}

// plans lists the plans with buttons to choose one for this chat.
func (b *Bot) plans(it *item) (*shown, error) {
	if it.Text != "" {
		for i, p := range b.loaded() {
			if p.ID == it.Text || strings.Contains(p.Card.Title, it.Text) {
				return b.choosePlan(it, i)
			}
		}
		return words("没有叫这个名字的方案,发 /plan 看现有的。"), nil
	}
	now, err := b.opt.Chat.Plan(it.conversation().Chat)
	if err != nil {
		return nil, err
	}
	w := &writer{}
	w.bold(fmt.Sprintf("现有方案%d份", len(b.loaded())))
	var rows [][]button
	for i, p := range b.loaded() {
		mark := ""
		if p.ID == now {
			mark = "(本聊天已选)"
		}
		w.text(fmt.Sprintf("\n%d. 《%s》%s", i+1, p.Card.Title, mark))
		if len(b.loaded()) > 1 && i < maxAgencyButtons {
			rows = append(rows, []button{{clipped(p.Card.Title, 40), data("p", strconv.Itoa(i))}})
		}
	}
	if len(b.loaded()) > 1 {
		rows = append(rows, []button{{"不限方案", data("p", "-1")}})
	}
	return &shown{html: w.block().html, buttons: rows}, nil
}

// choosePlan sets the plan of the chat; -1 sets none.
func (b *Bot) choosePlan(it *item, i int) (*shown, error) {
	id, said := "", "本聊天不再限定方案,问题里点名哪份就按哪份回答。"
	if i >= len(b.loaded()) || i < -1 {
		return nil, nil
	}
	if i >= 0 {
		id, said = b.loaded()[i].ID, "本聊天以后按《"+b.loaded()[i].Card.Title+"》回答。"
	}
	if err := b.opt.Store.Apply(b.opt.Chat.SetPlan(it.conversation().Chat, id)...); err != nil {
		return nil, err
	}
	return words(said), nil
}

// adminCommand does what only administrators may ask for.
func (b *Bot) adminCommand(ctx context.Context, it *item) (*shown, error) {
	switch it.Command {
	case "backup":
		if b.opt.Backup == nil {
			return words("没有可备份的数据文件。"), nil
		}
		path, err := b.opt.Backup(ctx)
		if err != nil {
			b.log.Error("backup failed", "error", err)
			return words("备份没有成功,详见日志。"), nil
		}
		return words("已备份到 " + path), nil
	}
	s, err := b.opt.Chat.Stats()
	if err != nil {
		return nil, err
	}
	if it.Command == "unanswered" {
		return words(s.Unanswered()), nil
	}
	return words(s.String() + fmt.Sprintf("\n本次启动以来:答复%d条,超限未答%d条,补发%d条,重复更新%d条。",
		b.counts.Answered.Load(), b.counts.Ignored.Load(), b.counts.Resent.Load(), b.counts.Duplicates.Load())), nil
}

// introduceTime bounds each call that registers commands and descriptions.
const introduceTime = 20 * time.Second

// introduce registers commands and descriptions. What fails is logged: the bot
// answers without them.
func (b *Bot) introduce(ctx context.Context) {
	ctx = withCall(ctx, callInfo{patience: introduceTime})
	scopes := []models.BotCommandScope{&models.BotCommandScopeDefault{}, &models.BotCommandScopeAllPrivateChats{}, &models.BotCommandScopeAllGroupChats{}}
	for _, lang := range []string{"", "zh", "en"} {
		for _, scope := range scopes {
			b.note(ctx, "setMyCommands", func() error {
				_, err := b.api.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: menu(lang, false), Scope: scope, LanguageCode: lang})
				return err
			})
		}
		b.note(ctx, "setMyDescription", func() error {
			_, err := b.api.SetMyDescription(ctx, &bot.SetMyDescriptionParams{Description: description(lang), LanguageCode: lang})
			return err
		})
		b.note(ctx, "setMyShortDescription", func() error {
			_, err := b.api.SetMyShortDescription(ctx, &bot.SetMyShortDescriptionParams{ShortDescription: shortDescription(lang), LanguageCode: lang})
			return err
		})
	}
	for _, id := range b.opt.Admins {
		b.note(ctx, "setMyCommands", func() error {
			_, err := b.api.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: menu("", true), Scope: &models.BotCommandScopeChat{ChatID: id}})
			return err
		})
	}
}

// note logs the failure of a call that may fail.
func (b *Bot) note(ctx context.Context, method string, f func() error) {
	if ctx.Err() != nil {
		return
	}
	if err := f(); err != nil && ctx.Err() == nil {
		b.log.Info("could not register with Telegram", "method", method, "error", err)
	}
}

// menu lists the commands in a language: Chinese unless English is asked for.
func menu(lang string, admin bool) []models.BotCommand {
	var out []models.BotCommand
	for _, c := range commands {
		if c.admin && !admin {
			continue
		}
		text := c.zh
		if lang == "en" {
			text = c.en
		}
		out = append(out, models.BotCommand{Command: c.name, Description: text})
	}
	return out
}

func description(lang string) string {
	if lang == "en" {
		return "Answers questions about government action plans (in Chinese): lead agencies, targets, deadlines, each with the exact clause and a link to it."
	}
	return "回答政府行动方案里的问题:谁牵头、目标多少、什么时候完成、某单位有哪些任务。每个答案都附原文和出处,方案没写的会说没写。"
}

func shortDescription(lang string) string {
	if lang == "en" {
		return "Questions about action plans, answered with the exact clause."
	}
	return "行动方案问答:牵头单位、目标、期限,附原文出处。"
}

// Package telegramtest is a Telegram Bot API server for tests. It speaks real
// HTTP on the loopback interface, so that a bot runs against it unchanged, and
// it keeps a small world of users, chats and topics that the test moves: people
// speak, tap buttons, add the bot to groups and block it, and the server tells
// the bot what the real one would, and nothing else.
//
// A test that passes here should pass at Telegram. The server therefore refuses
// what Telegram refuses, with the same texts, and silently changes what Telegram
// silently changes: it trims texts, drops links it does not like, keeps one
// hundred entities, hides group messages from a bot in privacy mode and hands
// out thread ids that cannot be used for sending.
//
// # Use
//
//	tg := telegramtest.New(t, telegramtest.Options{})
//	ann := tg.AddUser("Ann")
//	chat := tg.AddPrivate(ann)
//	go runBot(tg.URL(), tg.Token())
//	ann.Say(chat, "首批项目何时公布")
//	tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(chat)) == 1 }, time.Second)
//	fmt.Println(telegramtest.Render(tg.Sent(chat)[0]))
//
// # Why no client library
//
// The package imports no Telegram library. A server that decoded requests with
// the types of the client would share the client's mistakes and never show them.
package telegramtest

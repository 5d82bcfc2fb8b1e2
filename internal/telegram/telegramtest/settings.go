package telegramtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Command is a line of the bot's menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// Commands returns the menu that the bot set for a scope, such as
// all_group_chats or chat:-4001, and a language; both may be empty.
func (s *Server) Commands(scope, language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands[commandKey(scope, language)])
}

// Description returns what the bot set with setMyDescription for a language.
func (s *Server) Description(language string) string {
	return s.text("description", language)
}

// ShortDescription returns what the bot set with setMyShortDescription.
func (s *Server) ShortDescription(language string) string {
	return s.text("short_description", language)
}

func (s *Server) text(kind, language string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts[kind+" "+language]
}

func commandKey(scope, language string) string {
	if scope == "" {
		scope = "default"
	}
	return scope + " " + language
}

var scopes = strings.Fields(`default all_private_chats all_group_chats all_chat_administrators
	chat chat_administrators chat_member`)

// commandScope reads the parameters that say whose menu a call is about.
func commandScope(req *request) (string, *apiError) {
	var scope struct {
		Type string          `json:"type"`
		Chat json.RawMessage `json:"chat_id"`
		User int64           `json:"user_id"`
	}
	if !req.decode("scope", &scope) || scope.Type != "" && !slices.Contains(scopes, scope.Type) {
		return "", bad("can't parse BotCommandScope: unsupported type specified")
	}
	language := req.params["language_code"]
	if !goodLanguage(language) {
		return "", bad("LANG_CODE_INVALID")
	}
	name := scope.Type
	if len(scope.Chat) > 0 {
		name += ":" + strings.Trim(string(scope.Chat), `"`)
	}
	if scope.User != 0 {
		name += fmt.Sprintf(":%d", scope.User)
	}
	return commandKey(name, language), nil
}

func goodLanguage(code string) bool {
	return code == "" || len(code) == 2 && strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") == ""
}

func (s *Server) setMyCommands(req *request) (any, *apiError) {
	key, e := commandScope(req)
	if e != nil {
		return nil, e
	}
	var list []Command
	if req.params["commands"] == "" || !req.decode("commands", &list) {
		return nil, bad("can't parse BotCommand")
	}
	if len(list) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	for i, c := range list {
		name := strings.TrimPrefix(c.Command, "/")
		if name == "" || len(name) > 32 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return nil, bad("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
		list[i].Command = name
	}
	s.commands[key] = list
	return true, nil
}

func (s *Server) getMyCommands(req *request) (any, *apiError) {
	key, e := commandScope(req)
	if e != nil {
		return nil, e
	}
	return append([]Command{}, s.commands[key]...), nil
}

func (s *Server) deleteMyCommands(req *request) (any, *apiError) {
	key, e := commandScope(req)
	if e != nil {
		return nil, e
	}
	delete(s.commands, key)
	return true, nil
}

func (s *Server) setText(req *request, kind string, limit int) (any, *apiError) {
	text := req.params[kind]
	if !goodLanguage(req.params["language_code"]) {
		return nil, bad("LANG_CODE_INVALID")
	}
	if utf8.RuneCountInString(text) > limit {
		return nil, bad("%s is too long", strings.ReplaceAll(kind, "_", " "))
	}
	s.texts[kind+" "+req.params["language_code"]] = text
	return true, nil
}

func (s *Server) setMyDescription(req *request) (any, *apiError) {
	return s.setText(req, "description", 512)
}

func (s *Server) setMyShortDescription(req *request) (any, *apiError) {
	return s.setText(req, "short_description", 120)
}

func (s *Server) getMyDescription(req *request) (any, *apiError) {
	return object{"description": s.texts["description "+req.params["language_code"]]}, nil
}

func (s *Server) getMyShortDescription(req *request) (any, *apiError) {
	return object{"short_description": s.texts["short_description "+req.params["language_code"]]}, nil
}

func (s *Server) getChat(req *request) (any, *apiError) {
	c, e := s.chat(req)
	if e != nil {
		return nil, e
	}
	o := wireChat(c)
	o["accent_color_id"], o["max_reaction_count"] = 0, 11
	if !c.private() {
		o["permissions"] = object{"can_send_messages": true}
	}
	return o, nil
}

func (s *Server) getChatMember(req *request) (any, *apiError) {
	c, e := s.chat(req)
	if e != nil {
		return nil, e
	}
	u := s.users[req.number("user_id")]
	if u == nil {
		return nil, bad("user not found")
	}
	status := c.members[u.ID]
	if status == "" {
		status = "left"
	}
	return wireMember(u, status), nil
}

func (s *Server) getChatAdministrators(req *request) (any, *apiError) {
	c, e := s.chat(req)
	if e != nil {
		return nil, e
	}
	if c.private() {
		return nil, bad("there are no administrators in the private chat")
	}
	list := []object{}
	for id, status := range c.members {
		if status == "administrator" {
			list = append(list, wireMember(s.users[id], status))
		}
	}
	return list, nil
}

func (s *Server) leaveChat(req *request) (any, *apiError) {
	c, e := s.chat(req)
	if e != nil {
		return nil, e
	}
	if c.private() {
		return nil, bad("chat member status can't be changed in private chats")
	}
	c.left = true
	s.setBot(c, s.bot, "left")
	return true, nil
}

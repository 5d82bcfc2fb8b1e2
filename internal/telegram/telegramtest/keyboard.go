package telegramtest

import "unicode/utf8"

const maxButtons = 100

type rawButton struct {
	Text     *string `json:"text"`
	URL      string  `json:"url"`
	Data     *string `json:"callback_data"`
	WebApp   *urlBox `json:"web_app"`
	LoginURL *urlBox `json:"login_url"`
	Copy     *struct {
		Text string `json:"text"`
	} `json:"copy_text"`
	Switch     *string `json:"switch_inline_query"`
	SwitchHere *string `json:"switch_inline_query_current_chat"`
}

type urlBox struct {
	URL string `json:"url"`
}

// readKeyboard checks the parameter reply_markup.
func readKeyboard(req *request, private bool) ([][]Button, *apiError) {
	if req.params["reply_markup"] == "" {
		return nil, nil
	}
	var markup struct {
		Rows   [][]rawButton `json:"inline_keyboard"`
		Remove bool          `json:"remove_keyboard"`
		Force  bool          `json:"force_reply"`
	}
	if !req.decode("reply_markup", &markup) {
		return nil, bad("object expected as reply markup")
	}
	return checkKeyboard(markup.Rows, private)
}

func checkKeyboard(raw [][]rawButton, private bool) ([][]Button, *apiError) {
	var rows [][]Button
	n := 0
	for _, line := range raw {
		var row []Button
		for _, b := range line {
			button, e := b.check(private)
			if e != nil {
				return nil, e
			}
			row = append(row, button)
			n++
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	if n > maxButtons {
		return nil, bad("reply markup is too long")
	}
	return rows, nil
}

// check looks for the one kind that a button has, in Telegram's order. The
// client library sends an empty copy_text with every button.
func (b rawButton) check(private bool) (Button, *apiError) {
	if b.Text == nil {
		return Button{}, bad("can't parse inline keyboard button: Field \"text\" must be of type String")
	}
	out := Button{Text: *b.Text}
	if out.Text == "" {
		return out, bad("BUTTON_TEXT_INVALID")
	}
	switch {
	case b.URL != "":
		url, err := checkLink(b.URL)
		if err != nil {
			return out, bad("inline keyboard button URL '%s' is invalid: %s", b.URL, err)
		}
		out.URL = url
	case b.Data != nil && *b.Data != "":
		if len(*b.Data) > 64 {
			return out, bad("BUTTON_DATA_INVALID")
		}
		out.Data = *b.Data
	case b.WebApp != nil:
		return b.checkWebApp(out, private)
	case b.LoginURL != nil && b.LoginURL.URL != "":
		out.URL = b.LoginURL.URL
	case b.Copy != nil && b.Copy.Text != "":
		if utf8.RuneCountInString(b.Copy.Text) > 256 {
			return out, bad("BUTTON_COPY_TEXT_INVALID")
		}
		out.Copy = b.Copy.Text
	case b.Switch != nil:
		out.Switch = *b.Switch
	case b.SwitchHere != nil:
		out.Switch = *b.SwitchHere
	case b.Data != nil:
		return out, bad("BUTTON_DATA_INVALID")
	case b.Copy != nil:
		return out, bad("BUTTON_COPY_TEXT_INVALID")
	default:
		return out, bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	}
	return out, nil
}

func (b rawButton) checkWebApp(out Button, private bool) (Button, *apiError) {
	if !private {
		return out, bad("BUTTON_TYPE_INVALID")
	}
	url, err := checkLink(b.WebApp.URL)
	if err != nil {
		return out, bad("inline keyboard button Web App URL '%s' is invalid: %s", b.WebApp.URL, err)
	}
	if len(url) < 8 || url[:8] != "https://" {
		return out, bad("inline keyboard button Web App URL '%s' is invalid: Only HTTPS links are allowed", b.WebApp.URL)
	}
	out.WebApp = url
	return out, nil
}

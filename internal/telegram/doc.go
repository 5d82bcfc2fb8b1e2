// Package telegram is the Telegram channel: updates in, answers out, with the
// manners of groups.
//
// # Nothing lost, nothing twice
//
// An update passes through five steps:
//
//  1. It is fetched (poll.go) or posted to us (webhook.go) as raw JSON and
//     decoded alone, so that one that nobody understands harms no other.
//  2. What asks something of the bot becomes an [item], and is written to the
//     store together with a mark that the update was seen (intake.go). Only
//     then is the update confirmed to Telegram. Other people's messages are
//     never written anywhere.
//  3. The queue of its chat takes it, in the order of update ids (queue.go). The
//     store is the queue; memory holds no more than one item a chat.
//  4. The item is claimed in the store, and its answer sent.
//  5. One batch of the store deletes the item and remembers the conversation.
//
// A crash leaves the item in the store before step 5, and it is answered after
// the next start. When it was claimed, the answer may have been accepted
// already: Telegram has no key that would make sending idempotent, so it is
// sent again and counted as [Counts].Resent.
//
// # Sending
//
// All calls pass through one HTTP client (client.go), which paces messages by
// chat and in all, waits as long as Telegram asks, and repeats what failed on
// the way. The library github.com/go-telegram/bot supplies the types and
// methods of the API; its polling, dispatch and webhook handler are not used,
// since they confirm updates before they are handled.
//
// # Libraries
//
// golang.org/x/time/rate for pacing, github.com/cenkalti/backoff/v5 for
// repeating, github.com/hashicorp/golang-lru for what is remembered of chats.
package telegram

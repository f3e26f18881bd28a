//! What a transcript says, read a second way: event by event, whole values,
//! the provider's own final fields where there are any.

use std::collections::BTreeMap;

use serde_json::Value;

#[derive(Debug, Default)]
pub struct Expected {
    pub envelope: &'static str,
    pub text: String,
    pub calls: Vec<(String, String)>,
    pub stop: Option<String>,
    pub tokens: Option<u64>,
}

/// The data of each event, parsed; `[DONE]` and the like are left out.
fn events(stream: &str) -> Vec<Value> {
    let stream = stream.replace("\r\n", "\n");
    let blocks = stream.split("\n\n").map(|block| {
        let data = block.lines().filter_map(|line| line.strip_prefix("data:"));
        data.collect::<Vec<_>>().join("\n")
    });
    blocks.filter_map(|data| serde_json::from_str(&data).ok()).collect()
}

pub fn of_stream(stream: &str) -> Expected {
    let events = events(stream);
    let first = &events[0];
    let kind = first["type"].as_str().or(first["object"].as_str()).unwrap();
    match kind {
        "chat.completion.chunk" | "text_completion" => chat(&events),
        "message_start" => anthropic(&events),
        "message-start" => cohere(&events),
        _ if kind.starts_with("response.") => responses(&events),
        _ if kind.starts_with("thread.") => assistants(&events),
        _ => panic!("the oracle does not know {kind}"),
    }
}

fn string(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn add(text: &mut String, value: &Value) {
    text.push_str(value.as_str().unwrap_or_default());
}

fn in_order(calls: BTreeMap<u64, (String, String)>) -> Vec<(String, String)> {
    let whole = |(name, args): (String, String)| {
        (name, if args.is_empty() { "{}".to_owned() } else { args })
    };
    calls.into_values().map(whole).collect()
}

fn chat(events: &[Value]) -> Expected {
    let mut said = Expected { envelope: "openai-chat", ..Expected::default() };
    let mut calls = BTreeMap::<u64, (String, String)>::new();
    for event in events {
        let choice = &event["choices"][0];
        add(&mut said.text, &choice["delta"]["content"]);
        add(&mut said.text, &choice["text"]);
        for call in choice["delta"]["tool_calls"]
            .as_array()
            .iter()
            .flat_map(|c| c.iter())
        {
            let index = call["index"].as_u64().unwrap();
            let entry = calls.entry(index).or_default();
            // Some providers say the name with every piece.
            if entry.0.is_empty() {
                add(&mut entry.0, &call["function"]["name"]);
            }
            add(&mut entry.1, &call["function"]["arguments"]);
        }
        let stop = string(&choice["finish_reason"]);
        said.stop = stop.or(said.stop);
        let tokens = event["usage"]["completion_tokens"].as_u64();
        said.tokens = tokens.or(said.tokens);
    }
    said.calls = in_order(calls);
    said
}

fn anthropic(events: &[Value]) -> Expected {
    let mut said = Expected { envelope: "anthropic", ..Expected::default() };
    let mut calls = BTreeMap::<u64, (String, String)>::new();
    for event in events {
        let index = event["index"].as_u64().unwrap_or(u64::MAX);
        let block = &event["content_block"];
        if block["type"] == "tool_use" {
            calls.insert(
                index,
                (string(&block["name"]).unwrap(), String::new()),
            );
        }
        let delta = &event["delta"];
        if delta["type"] == "text_delta" {
            add(&mut said.text, &delta["text"]);
        }
        if let (Some(json), Some(call)) =
            (delta["partial_json"].as_str(), calls.get_mut(&index))
        {
            call.1.push_str(json);
        }
        said.stop = string(&delta["stop_reason"]).or(said.stop);
        let tokens = event["usage"]["output_tokens"].as_u64();
        said.tokens = tokens.or(said.tokens);
    }
    said.calls = in_order(calls);
    said
}

/// Not from the deltas: from the response that they made.
fn responses(events: &[Value]) -> Expected {
    let is_last = |event: &&Value| {
        let kind = event["type"].as_str().unwrap();
        kind == "response.completed" || kind == "response.incomplete"
    };
    let response = &events.iter().find(is_last).unwrap()["response"];
    let mut said =
        Expected { envelope: "openai-responses", ..Expected::default() };
    for item in response["output"].as_array().unwrap() {
        for part in item["content"].as_array().iter().flat_map(|c| c.iter()) {
            if part["type"] == "output_text" {
                add(&mut said.text, &part["text"]);
            }
        }
        if item["type"] == "function_call" {
            let name = string(&item["name"]).unwrap();
            said.calls.push((name, string(&item["arguments"]).unwrap()));
        }
    }
    let reason = string(&response["incomplete_details"]["reason"]);
    said.stop = reason.or(string(&response["status"]));
    said.tokens = response["usage"]["output_tokens"].as_u64();
    said
}

fn cohere(events: &[Value]) -> Expected {
    let mut said = Expected { envelope: "cohere", ..Expected::default() };
    let mut calls = BTreeMap::<u64, (String, String)>::new();
    for event in events {
        let message = &event["delta"]["message"];
        add(&mut said.text, &message["content"]["text"]);
        if let Some(call) = message["tool_calls"].as_object() {
            let index = event["index"].as_u64().unwrap();
            let entry = calls.entry(index).or_default();
            add(&mut entry.0, &call["function"]["name"]);
            add(&mut entry.1, &call["function"]["arguments"]);
        }
        let delta = &event["delta"];
        said.stop = string(&delta["finish_reason"]).or(said.stop);
        let tokens = &delta["usage"]["tokens"]["output_tokens"];
        said.tokens = tokens.as_u64().or(said.tokens);
    }
    said.calls = in_order(calls);
    said
}

/// Not from the deltas: from the messages that they made.
fn assistants(events: &[Value]) -> Expected {
    let mut said =
        Expected { envelope: "openai-assistants", ..Expected::default() };
    for event in events {
        if event["object"] == "thread.message" && event["status"] == "completed"
        {
            for part in event["content"].as_array().unwrap() {
                if !said.text.is_empty() {
                    said.text.push('\n');
                }
                add(&mut said.text, &part["text"]["value"]);
            }
        }
        if event["object"] == "thread.run" && event["status"] == "completed" {
            said.stop = Some("completed".to_owned());
            said.tokens = event["usage"]["completion_tokens"].as_u64();
        }
    }
    said
}

pub fn of_body(body: &str) -> Expected {
    let body: Value = serde_json::from_str(body).unwrap();
    if body["choices"].is_array() {
        chat_body(&body)
    } else if body["candidates"].is_array() {
        gemini(&body)
    } else if body["output"].is_object() || body["generation"].is_string() {
        bedrock(&body)
    } else {
        message(&body)
    }
}

fn chat_body(body: &Value) -> Expected {
    let choice = &body["choices"][0];
    let mut text = String::new();
    add(&mut text, &choice["text"]);
    add(&mut text, &choice["message"]["content"]);
    Expected {
        envelope: "openai-chat",
        text,
        calls: Vec::new(),
        stop: string(&choice["finish_reason"]),
        tokens: body["usage"]["completion_tokens"].as_u64(),
    }
}

fn gemini(body: &Value) -> Expected {
    let candidate = &body["candidates"][0];
    let mut text = String::new();
    for part in
        candidate["content"]["parts"].as_array().iter().flat_map(|p| p.iter())
    {
        add(&mut text, &part["text"]);
    }
    let usage = &body["usageMetadata"];
    let count = |key: &str| usage[key].as_u64();
    let told = count("candidatesTokenCount");
    let thought = count("thoughtsTokenCount");
    Expected {
        envelope: "gemini",
        text,
        calls: Vec::new(),
        stop: string(&candidate["finishReason"]),
        tokens: Some(told.unwrap_or(0) + thought.unwrap_or(0)),
    }
}

fn bedrock(body: &Value) -> Expected {
    let mut text = String::new();
    add(&mut text, &body["generation"]);
    let content = &body["output"]["message"]["content"];
    for part in content.as_array().iter().flat_map(|c| c.iter()) {
        add(&mut text, &part["text"]);
    }
    let tokens = body["usage"]["outputTokens"].as_u64();
    Expected {
        envelope: "bedrock",
        text,
        calls: Vec::new(),
        stop: string(&body["stopReason"]).or(string(&body["stop_reason"])),
        tokens: tokens.or(body["generation_token_count"].as_u64()),
    }
}

/// A call beside which its bytes stand as they came is whole if they are.
fn message(body: &Value) -> Expected {
    let mut said = Expected { envelope: "message", ..Expected::default() };
    for part in body["content"].as_array().unwrap() {
        add(&mut said.text, &part["text"]);
        if part["type"] == "toolCall" {
            let bytes = match part["partialJson"].as_str() {
                Some(bytes) => bytes.to_owned(),
                None => part["arguments"].to_string(),
            };
            if serde_json::from_str::<Value>(&bytes).is_ok() {
                said.calls.push((string(&part["name"]).unwrap(), bytes));
            }
        }
    }
    said.stop = string(&body["stopReason"]);
    said.tokens = body["usage"]["output"].as_u64();
    said
}

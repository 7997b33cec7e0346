// The providers' own Node SDKs as judges of what the simulator says in their name.
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI } from "@google/genai";

const baseUrl = process.env.SIMULATOR_URL;
const apiKey = "sk-of-the-tests";
const picture = "iVBORw0KGgo=";
const schema = {
  type: "object",
  properties: { city: { type: "string" }, degrees: { type: "integer" } },
  required: ["city", "degrees"],
  additionalProperties: false,
};
const fitsSchema = (text) => {
  const forecast = JSON.parse(text);
  assert.equal(typeof forecast.city, "string");
  assert.ok(Number.isInteger(forecast.degrees));
};

const anthropic = new Anthropic({ apiKey, baseURL: baseUrl, maxRetries: 0 });
const ask = (more) => ({
  model: "sim-chat", max_tokens: 2048, messages: [{ role: "user", content: "How are you?" }], ...more,
});
const plain = await anthropic.messages.create(ask());
assert.equal(plain.content[0].text, "Echo: How are you?");
assert.equal(plain.stop_reason, "end_turn");
assert.ok(plain._request_id);
const streamed = await anthropic.messages.stream(ask()).finalMessage();
assert.equal(streamed.content[0].text, "Echo: How are you?");
assert.deepEqual(streamed.usage.output_tokens, plain.usage.output_tokens);
const tools = [{ name: "get_weather", input_schema: { type: "object", properties: { city: { type: "string" } } } }];
const called = await anthropic.messages.stream(ask({ tools, tool_choice: { type: "any" } })).finalMessage();
const use = called.content.find((block) => block.type === "tool_use");
assert.equal(use.name, "get_weather");
const settled = await anthropic.messages.create(ask({
  tools,
  messages: [
    { role: "user", content: "How are you?" },
    { role: "assistant", content: called.content },
    { role: "user", content: [{ type: "tool_result", tool_use_id: use.id, content: "sunny" }] },
  ],
}));
assert.equal(settled.stop_reason, "end_turn");
const seen = await anthropic.messages.create(ask({
  messages: [{
    role: "user",
    content: [
      { type: "image", source: { type: "base64", media_type: "image/png", data: picture } },
      { type: "text", text: "What is this?" },
    ],
  }],
}));
assert.equal(seen.content[0].text, "Echo: What is this?");
fitsSchema((await anthropic.messages.create(ask({ output_config: { format: { type: "json_schema", schema } } })))
  .content[0].text);
await assert.rejects(anthropic.messages.create(ask({ model: "sim-chat~status=429" })), Anthropic.RateLimitError);
await assert.rejects(
  anthropic.messages.create(ask({ model: "sim-chat~error=invalid_api_key" })), Anthropic.AuthenticationError);
await assert.rejects(
  anthropic.messages.stream(ask({ model: "sim-chat~tokens=8~error-at=2~error=overloaded" })).finalMessage(),
  Anthropic.APIError);

const google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
const contents = "How are you?";
assert.equal((await google.models.generateContent({ model: "sim-chat", contents })).text, "Echo: How are you?");
let text = "";
for await (const chunk of await google.models.generateContentStream({ model: "sim-chat", contents })) {
  text += chunk.text ?? "";
}
assert.equal(text, "Echo: How are you?");
const functions = {
  tools: [{ functionDeclarations: [{ name: "get_weather", parametersJsonSchema: tools[0].input_schema }] }],
  toolConfig: { functionCallingConfig: { mode: "ANY" } },
};
const call = await google.models.generateContent({ model: "sim-chat", contents, config: functions });
assert.equal(call.functionCalls[0].name, "get_weather");
const looked = await google.models.generateContent({
  model: "sim-chat",
  contents: [{
    role: "user",
    parts: [{ inlineData: { mimeType: "image/png", data: picture } }, { text: "What is this?" }],
  }],
});
assert.equal(looked.text, "Echo: What is this?");
fitsSchema((await google.models.generateContent({
  model: "sim-chat", contents, config: { responseMimeType: "application/json", responseJsonSchema: schema },
})).text);
await assert.rejects(
  google.models.generateContent({ model: "sim-chat~error=overloaded", contents }),
  (error) => error instanceof ApiError && error.status === 503);

let video = await google.interactions.create({
  model: "gemini-omni-1.1-flash~render=100ms",
  input: "a cat",
  response_format: { type: "video", aspect_ratio: "16:9", resolution: "720p" },
  background: true,
  store: true,
});
assert.equal(video.status, "in_progress");
for (const until = Date.now() + 10_000; video.status === "in_progress" && Date.now() < until;) {
  video = await google.interactions.get(video.id);
}
assert.equal(video.status, "completed");
const made = video.steps.find((step) => step.type === "model_output").content.find((part) => part.type === "video");
assert.ok(Buffer.from(made.data, "base64").includes("ftyp"));

console.log("all is as expected");

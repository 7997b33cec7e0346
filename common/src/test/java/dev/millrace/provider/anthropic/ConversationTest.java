package dev.millrace.provider.anthropic;

import static dev.millrace.provider.anthropic.Translation.json;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The messages of a request, and what is in them.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ConversationTest {

    private static final String HELLO = "{'role':'user','content':'hello'}";

    private static String user(String part) {
        return "{'role':'user','content':[" + part + "]}";
    }

    private static String calls(String arguments) {
        return "{'role':'assistant','content':'Let me see.','tool_calls':[{'id':'c1','type':'function','function':"
                + "{'name':'look','arguments':" + arguments + "}}]}";
    }

    @Test
    void system_and_developer_messages_are_joined_wherever_they_stand() {
        var body = Translation.ofMessages(
                        "{'role':'system','content':'A'}",
                        HELLO,
                        "{'role':'developer','content':[{'type':'text','text':'B'},{'type':'text','text':'C'}]}")
                .body();
        assertThat(body.path("system").asString()).isEqualTo("A\nB\nC");
        assertThat(body.path("messages"))
                .isEqualTo(json("[{'role':'user','content':[{'type':'text','text':'hello'}]}]"));
    }

    @Test
    void a_system_text_that_ends_a_part_to_be_cached_stays_a_block() {
        var body = Translation.ofMessages(
                        "{'role':'system','content':[{'type':'text','text':'A','cache_control':{'type':'ephemeral'}}]}",
                        HELLO)
                .body();
        assertThat(body.path("system"))
                .isEqualTo(json("[{'type':'text','text':'A','cache_control':{'type':'ephemeral'}}]"));
    }

    @Test
    void a_mark_for_the_cache_stays_with_its_part() {
        assertThat(Translation.ofMessages(
                                user("{'type':'text','text':'x','cache_control':{'type':'ephemeral','ttl':'1h'}}"))
                        .messages()
                        .path(0)
                        .path("content"))
                .isEqualTo(json("[{'type':'text','text':'x','cache_control':{'type':'ephemeral','ttl':'1h'}}]"));
    }

    @Test
    void a_mark_for_the_cache_stays_with_what_the_model_said() {
        assertThat(Translation.ofMessages(
                                HELLO,
                                "{'role':'assistant','content':["
                                        + "{'type':'text','text':'x','cache_control':{'type':'ephemeral'}}]}",
                                HELLO)
                        .messages()
                        .path(1)
                        .path("content"))
                .isEqualTo(json("[{'type':'text','text':'x','cache_control':{'type':'ephemeral'}}]"));
    }

    @Test
    void a_conversation_needs_a_message_of_the_user_first() {
        Translation.ofMessages("{'role':'system','content':'A'}").refused("messages");
        Translation.ofMessages("{'role':'assistant','content':'Hi'}", HELLO).refused("messages[0]");
        Translation.ofMessages(HELLO, "{'role':'user','content':' '}").refused("messages[1].content");
    }

    @Test
    void blank_texts_are_left_out() {
        assertThat(Translation.ofMessages(user("{'type':'text','text':''},{'type':'text','text':'x'}"))
                        .messages())
                .isEqualTo(json("[{'role':'user','content':[{'type':'text','text':'x'}]}]"));
        assertThat(Translation.ofMessages(HELLO, "{'role':'assistant','content':''}", HELLO)
                        .messages()
                        .size())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "image/png,  image/png",
        "image/jpeg, image/jpeg",
        "image/jpg,  image/jpeg",
        "IMAGE/GIF,  image/gif",
        "image/webp, image/webp"
    })
    void an_image_in_the_request_is_a_source_of_its_media_type(String type, String sent) {
        assertThat(Translation.ofMessages(user("{'type':'image_url','image_url':{'url':'data:" + type
                                + ";base64,AAAA','detail':'high'}}"))
                        .messages()
                        .path(0)
                        .path("content")
                        .path(0))
                .isEqualTo(
                        json("{'type':'image','source':{'type':'base64','media_type':'" + sent + "','data':'AAAA'}}"));
    }

    @Test
    void an_image_elsewhere_is_a_source_by_its_address() {
        assertThat(Translation.ofMessages(user("{'type':'image_url','image_url':{'url':'https://example.com/a.png'}}"))
                        .messages()
                        .path(0)
                        .path("content")
                        .path(0))
                .isEqualTo(json("{'type':'image','source':{'type':'url','url':'https://example.com/a.png'}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"data:image/svg+xml;base64,AAAA", "data:image/png,AAAA", "ftp://example.com/a.png"})
    void an_image_of_another_kind_is_refused_by_its_place(String url) {
        Translation.ofMessages(
                        HELLO,
                        user("{'type':'text','text':'x'},{'type':'image_url','image_url':{'url':'" + url + "'}}"))
                .refused("messages[1].content[1].image_url.url");
    }

    @Test
    void a_pdf_is_a_document_with_its_name() {
        assertThat(Translation.ofMessages(user("{'type':'file','file':{'filename':'a.pdf',"
                                + "'file_data':'data:application/pdf;base64,AAAA'}}"))
                        .messages()
                        .path(0)
                        .path("content")
                        .path(0))
                .isEqualTo(json("{'type':'document','source':{'type':'base64','media_type':'application/pdf',"
                        + "'data':'AAAA'},'title':'a.pdf'}"));
    }

    @Test
    void a_text_file_is_a_document_in_plain_text() {
        assertThat(Translation.ofMessages(user("{'type':'file','file':{'file_data':'data:text/plain;base64,aGk='}}"))
                        .messages()
                        .path(0)
                        .path("content")
                        .path(0))
                .isEqualTo(json(
                        "{'type':'document','source':{'type':'text','media_type':'text/plain'," + "'data':'hi'}}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}} | messages[0].content[0].file.file_id",
                "{\"type\":\"file\",\"file\":{\"file_data\":\"data:image/png;base64,AAAA\"}} "
                        + "| messages[0].content[0].file.file_data",
                "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}} | messages[0].content[0]",
                "{\"type\":\"hologram\"} | messages[0].content[0]",
                "{\"type\":\"text\"} | messages[0].content[0].text",
            })
    void a_part_that_messages_does_not_have_is_refused_by_its_place(String part, String param) {
        Translation.ofMessages(user(part)).refused(param);
    }

    @Test
    void calls_and_results_are_blocks_and_results_stand_first_in_one_message() {
        assertThat(Translation.ofMessages(
                                HELLO,
                                "{'role':'assistant','content':null,'tool_calls':["
                                        + "{'id':'c1','type':'function',"
                                        + "'function':{'name':'f','arguments':'{\\'a\\':1}'}},"
                                        + "{'id':'c2','type':'function','function':{'name':'g','arguments':''}}]}",
                                "{'role':'tool','tool_call_id':'c1','content':'one'}",
                                "{'role':'tool','tool_call_id':'c2','content':[{'type':'text','text':'two'}]}",
                                "{'role':'user','content':'and?'}")
                        .messages())
                .isEqualTo(json("[{'role':'user','content':[{'type':'text','text':'hello'}]},"
                        + "{'role':'assistant','content':["
                        + "{'type':'tool_use','id':'c1','name':'f','input':{'a':1}},"
                        + "{'type':'tool_use','id':'c2','name':'g','input':{}}]},"
                        + "{'role':'user','content':["
                        + "{'type':'tool_result','tool_use_id':'c1','content':[{'type':'text','text':'one'}]},"
                        + "{'type':'tool_result','tool_use_id':'c2','content':[{'type':'text','text':'two'}]},"
                        + "{'type':'text','text':'and?'}]}]"));
    }

    @Test
    void what_was_said_before_a_call_stands_before_it() {
        assertThat(Translation.ofMessages(HELLO, calls("'{}'"))
                        .messages()
                        .path(1)
                        .path("content"))
                .isEqualTo(json("[{'type':'text','text':'Let me see.'},"
                        + "{'type':'tool_use','id':'c1','name':'look','input':{}}]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'{'", "'[1]'", "'null'", "7"})
    void arguments_that_are_no_json_object_are_refused_by_their_place(String arguments) {
        Translation.ofMessages(HELLO, calls(arguments)).refused("messages[1].tool_calls[0].function.arguments");
    }

    @Test
    void ids_of_other_providers_are_made_fit_in_call_and_result_alike() {
        var messages = Translation.ofMessages(
                        HELLO,
                        "{'role':'assistant','tool_calls':[{'id':'functions.look:0','type':'function','function':"
                                + "{'name':'look','arguments':'{}'}}]}",
                        "{'role':'tool','tool_call_id':'functions.look:0','content':'x'}")
                .messages();
        assertThat(messages.path(1).path("content").path(0).path("id").asString())
                .isEqualTo("functions_look_0");
        assertThat(messages.path(2).path("content").path(0).path("tool_use_id").asString())
                .isEqualTo("functions_look_0");
    }

    @Test
    void a_refusal_is_what_the_assistant_said() {
        assertThat(Translation.ofMessages(
                                HELLO, "{'role':'assistant','content':null,'refusal':'No.','annotations':[]}", HELLO)
                        .messages()
                        .path(1))
                .isEqualTo(json("{'role':'assistant','content':[{'type':'text','text':'No.'}]}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"role\":\"function\",\"name\":\"f\",\"content\":\"x\"} | messages[1].role",
                "{\"role\":\"narrator\",\"content\":\"x\"} | messages[1].role",
                "{\"role\":\"assistant\",\"audio\":{\"id\":\"a\"}} | messages[1].audio",
                "{\"role\":\"assistant\",\"function_call\":{\"name\":\"f\"}} | messages[1].function_call",
                "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\"}]} "
                        + "| messages[1].tool_calls[0].type",
                "{\"role\":\"tool\",\"content\":\"x\"} | messages[1].tool_call_id",
            })
    void a_message_that_messages_does_not_have_is_refused_by_its_place(String message, String param) {
        Translation.ofMessages(HELLO, message).refused(param);
    }
}

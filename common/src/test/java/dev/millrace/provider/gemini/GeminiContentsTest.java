package dev.millrace.provider.gemini;

import static dev.millrace.provider.gemini.GeminiCalls.tree;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What of the messages Google gets, part by part.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GeminiContentsTest {

    private static final String USER = "{'role':'user','content':'go'}";

    private final GeminiCalls calls = new GeminiCalls();

    private String part(String part) {
        return "{'role':'user','content':[{'type':'text','text':'see'}," + part + "]}";
    }

    private void becomes(String part, String googles) {
        assertThat(calls.contents(part(part)))
                .isEqualTo(tree("[{'role':'user','parts':[{'text':'see'}," + googles + "]}]"));
    }

    @Test
    void what_system_and_developer_say_stands_apart_in_the_order_it_was_said() {
        var sent = calls.sent("'messages':[{'role':'system','content':'a'}," + USER
                + ",{'role':'developer','content':[{'type':'text','text':'b'},{'type':'text','text':'c'}]}]");
        assertThat(sent.path("systemInstruction")).isEqualTo(tree("{'parts':[{'text':'a'},{'text':'bc'}]}"));
        assertThat(sent.path("contents")).isEqualTo(tree("[{'role':'user','parts':[{'text':'go'}]}]"));
    }

    @Test
    void a_system_alone_is_answered_as_a_user_would_be() {
        var sent = calls.sent("'messages':[{'role':'system','content':'a'}]");
        assertThat(sent).isEqualTo(tree("{'contents':[{'role':'user','parts':[{'text':'a'}]}]}"));
    }

    @Test
    void turns_of_the_same_role_are_merged_and_empty_texts_are_none() {
        assertThat(calls.contents(USER + "," + part("{'type':'text','text':''}")
                        + ",{'role':'assistant','content':'x'},{'role':'assistant','content':[{'type':'text',"
                        + "'text':'y'}]},{'role':'assistant','content':''},{'role':'assistant','content':null,"
                        + "'refusal':'z'}," + USER))
                .isEqualTo(tree("[{'role':'user','parts':[{'text':'go'},{'text':'see'}]},{'role':'model','parts':["
                        + "{'text':'x'},{'text':'y'},{'text':'z'}]},{'role':'user','parts':[{'text':'go'}]}]"));
    }

    @Test
    void an_image_in_the_request_stays_in_it() {
        becomes(
                "{'type':'image_url','image_url':{'url':'data:image/png;base64,aGk=','detail':'high'}}",
                "{'inlineData':{'mimeType':'image/png','data':'aGk='}}");
    }

    @Test
    void an_image_at_an_address_is_googles_to_fetch() {
        becomes(
                "{'type':'image_url','image_url':{'url':'https://example.com/a/b.JPG?sig=x'}}",
                "{'fileData':{'mimeType':'image/jpeg','fileUri':'https://example.com/a/b.JPG?sig=x'}}");
        becomes(
                "{'type':'image_url','image_url':{'url':'https://example.com/image'}}",
                "{'fileData':{'fileUri':'https://example.com/image'}}");
    }

    @Test
    void sound_goes_by_its_format() {
        becomes(
                "{'type':'input_audio','input_audio':{'data':'aGk=','format':'wav'}}",
                "{'inlineData':{'mimeType':'audio/wav','data':'aGk='}}");
        becomes(
                "{'type':'input_audio','input_audio':{'data':'aGk=','format':'mp3'}}",
                "{'inlineData':{'mimeType':'audio/mp3','data':'aGk='}}");
    }

    @Test
    void a_file_is_of_the_type_that_it_says_or_that_its_name_tells_or_a_pdf() {
        becomes(
                "{'type':'file','file':{'file_data':'data:text/csv;base64,aGk=','filename':'a.pdf'}}",
                "{'inlineData':{'mimeType':'text/csv','data':'aGk='}}");
        becomes(
                "{'type':'file','file':{'file_data':'aGk=','filename':'a.txt'}}",
                "{'inlineData':{'mimeType':'text/plain','data':'aGk='}}");
        becomes(
                "{'type':'file','file':{'file_data':'aGk='}}",
                "{'inlineData':{'mimeType':'application/pdf','data':'aGk='}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "image_url.url      | {'type':'image_url','image_url':{'url':'ftp://example.com/a.png'}}",
                "image_url.url      | {'type':'image_url','image_url':{'url':'data:image/png,plain'}}",
                "image_url.url      | {'type':'image_url','image_url':{'url':'data:image/png;base64,###='}}",
                "image_url.url      | {'type':'image_url','image_url':{}}",
                "input_audio.format | {'type':'input_audio','input_audio':{'data':'aGk='}}",
                "input_audio.data   | {'type':'input_audio','input_audio':{'format':'wav'}}",
                "file.file_id       | {'type':'file','file':{'file_id':'file-1'}}",
            })
    void a_part_that_google_can_not_have_is_refused_by_its_place(String place, String part) {
        assertThat(calls.unfit("'messages':[" + USER + "," + part(part) + "]"))
                .isEqualTo("messages[1].content[1]." + place);
    }

    @Test
    void a_part_or_a_role_that_nobody_knows_is_refused_by_its_place() {
        assertThat(calls.unfit("'messages':[" + part("{'type':'video_url','video_url':{}}") + "]"))
                .isEqualTo("messages[0].content[1]");
        assertThat(calls.unfit("'messages':[" + USER + ",{'role':'function','name':'f','content':'x'}]"))
                .isEqualTo("messages[1].role");
        assertThat(calls.unfit("'messages':[{'role':'assistant','audio':{'id':'a'}}," + USER + "]"))
                .isEqualTo("messages[0].audio");
    }

    @Test
    void a_conversation_that_ends_with_the_model_is_refused() {
        assertThat(calls.unfit("'messages':[" + USER + ",{'role':'assistant','content':'x'}]"))
                .isEqualTo("messages");
    }

    private static String call(String id, String name, String arguments) {
        return "{'id':'" + id + "','type':'function','function':{'name':'" + name + "','arguments':" + arguments + "}}";
    }

    private static String result(String id, String content) {
        return "{'role':'tool','tool_call_id':'" + id + "','content':" + content + "}";
    }

    @Test
    void results_of_tools_answer_their_calls_in_one_turn_in_the_order_of_the_calls_and_with_their_names() {
        var contents = calls.sent(
                        "gemini-2.5-flash",
                        "'messages':[" + USER + ",{'role':'assistant','content':'wait','tool_calls':["
                                + call("1", "f", "'{\\'a\\':1.50}'") + "," + call("2", "g", "''") + "]},"
                                + result("2", "'text'") + "," + result("1", "'{\\'b\\':[]}'") + "," + USER + "]")
                .path("contents");
        assertThat(contents)
                .isEqualTo(tree("[{'role':'user','parts':[{'text':'go'}]},"
                        + "{'role':'model','parts':[{'text':'wait'},{'functionCall':{'name':'f','args':{'a':1.50}}},"
                        + "{'functionCall':{'name':'g','args':{}}}]},"
                        + "{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'b':[]}}},"
                        + "{'functionResponse':{'name':'g','response':{'output':'text'}}}]},"
                        + "{'role':'user','parts':[{'text':'go'}]}]"));
    }

    @Test
    void a_result_that_is_no_object_is_wrapped_in_one() {
        var contents = calls.contents(
                USER + ",{'role':'assistant','tool_calls':[" + call("1", "f", "'{}'") + "]}," + result("1", "'[1]'"));
        assertThat(contents.path(2)
                        .path("parts")
                        .path(0)
                        .path("functionResponse")
                        .path("response"))
                .isEqualTo(tree("{'output':'[1]'}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'{broken'", "'[]'", "'7'"})
    void arguments_that_are_no_object_are_refused_by_their_place(String arguments) {
        assertThat(calls.unfit("'messages':[" + USER + ",{'role':'assistant','tool_calls':[" + call("1", "f", arguments)
                        + "]}," + result("1", "'x'") + "]"))
                .isEqualTo("messages[1].tool_calls[0].function.arguments");
    }

    @Test
    void a_result_without_its_call_is_refused_by_its_place() {
        assertThat(calls.unfit("'messages':[" + USER + "," + result("9", "'x'") + "]"))
                .isEqualTo("messages[1].tool_call_id");
    }

    @Test
    void a_call_of_what_is_no_function_is_refused_by_its_place() {
        assertThat(calls.unfit("'messages':[" + USER
                        + ",{'role':'assistant','tool_calls':[{'id':'1','type':'custom','custom':{'name':'c',"
                        + "'input':'x'}}]}," + result("1", "'x'") + "]"))
                .isEqualTo("messages[1].tool_calls[0]");
    }
}

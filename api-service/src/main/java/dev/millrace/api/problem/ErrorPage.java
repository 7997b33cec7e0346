package dev.millrace.api.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/// Where the container sends a request that it refused itself.
@Controller
class ErrorPage implements ErrorController {

    @RequestMapping("/error")
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        // Called by its own name it is an address like any other that serves nothing.
        Problems.write(
                response,
                Problems.ofContainer(
                        status instanceof Integer number ? number : 404,
                        request.getAttribute(RequestDispatcher.ERROR_EXCEPTION)));
    }
}

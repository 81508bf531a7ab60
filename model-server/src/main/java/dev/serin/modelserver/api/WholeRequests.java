package dev.serin.modelserver.api;

import dev.serin.inference.ServingException;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;

/// Puts requests together from their pieces; one that is too long is answered with 413 and ends the
/// connection.
final class WholeRequests extends HttpObjectAggregator {
    private final int most;

    WholeRequests(int most) {
        super(most);
        this.most = most;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage message) {
        if (message instanceof HttpRequest) {
            var answer =
                    HttpAnswer.error(
                            ServingException.invalid(
                                    "Request body is longer than " + most + " bytes"));
            context.writeAndFlush(
                            RestConnection.response(
                                    new HttpAnswer(413, answer.contentType(), answer.body(), null),
                                    false))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }
}

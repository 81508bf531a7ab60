package dev.serin.inference.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.inference.DataType;
import dev.serin.inference.ModelVersionStatus;
import dev.serin.inference.ServingException;
import dev.serin.inference.Signature;
import dev.serin.inference.StatusCode;
import dev.serin.inference.Tensor;
import dev.serin.inference.TensorSpec;
import dev.serin.inference.rest.PredictCall.Form;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

class AnswersTest {
    private static String predict(Form form, Map<String, Tensor> outputs) {
        return new String(
                PredictAnswer.write(new TreeMap<>(outputs), form), StandardCharsets.UTF_8);
    }

    private static Tensor floats(float... values) {
        return Tensor.ofFloats(new long[] {values.length}, values);
    }

    @Test
    void rowsOfOneOutputStayOnTheLineOfTheBracket() {
        assertEquals(
                """
                {
                    "predictions": [2.5, 3.0, 4.5
                    ]
                }\
                """,
                predict(Form.ROW, Map.of("y", floats(2.5f, 3, 4.5f))));
        assertEquals(
                """
                {
                    "predictions": [[1.0, 2.0], [3.0, 4.0]
                    ]
                }\
                """,
                predict(Form.ROW, Map.of("y", Tensor.ofFloats(new long[] {2, 2}, 1, 2, 3, 4))));
    }

    @Test
    void rowsOfSeveralOutputsAreObjects() {
        assertEquals(
                """
                {
                    "predictions": [
                        {
                            "class": 7,
                            "p": [0.25, 0.75]
                        },
                        {
                            "class": 8,
                            "p": [1.0, 0.0]
                        }
                    ]
                }\
                """,
                predict(
                        Form.ROW,
                        Map.of(
                                "p",
                                Tensor.ofFloats(new long[] {2, 2}, 0.25f, 0.75f, 1, 0),
                                "class",
                                Tensor.ofLongs(new long[] {2}, 7, 8))));
    }

    @Test
    void columnsPutEachElementOnALine() {
        assertEquals(
                """
                {
                    "outputs": [
                        [
                            1.0
                        ],
                        [
                            2.0
                        ]
                    ]
                }\
                """,
                predict(Form.COLUMN, Map.of("y", Tensor.ofFloats(new long[] {2, 1}, 1, 2))));
        assertEquals(
                "{\n    \"outputs\": 1.5\n}",
                predict(Form.COLUMN, Map.of("y", Tensor.ofFloats(new long[0], 1.5f))));
        assertEquals(
                """
                {
                    "outputs": {
                        "a": [],
                        "b": [
                            1
                        ]
                    }
                }\
                """,
                predict(
                        Form.COLUMN,
                        Map.of("a", floats(), "b", Tensor.ofLongs(new long[] {1}, 1))));
    }

    @Test
    void stringsAreEscapedAndBytesEncoded() {
        var strings =
                Tensor.ofStrings(
                        new long[] {1}, List.of("é\"\\/\n\u0001".getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                "{\n    \"predictions\": [\"é\\\"\\\\/\\n\\u0001\"\n    ]\n}",
                predict(Form.ROW, Map.of("s", strings)));
        assertEquals(
                """
                {
                    "predictions": [{
                            "b64": "/wA="
                        }
                    ]
                }\
                """,
                predict(
                        Form.ROW,
                        Map.of(
                                "s_bytes",
                                Tensor.ofStrings(
                                        new long[] {1}, List.of(new byte[] {(byte) 0xff, 0})))));
    }

    @Test
    void rowsNeedABatchAndTheSameOne() {
        assertEquals(
                "Tensor name: y has no shape information ",
                assertThrows(
                                ServingException.class,
                                () ->
                                        predict(
                                                Form.ROW,
                                                Map.of("y", Tensor.ofFloats(new long[0], 1))))
                        .text());
        assertEquals(
                "Tensor name: z has inconsistent batch size: 1 expecting: 2",
                assertThrows(
                                ServingException.class,
                                () -> predict(Form.ROW, Map.of("y", floats(1, 2), "z", floats(1))))
                        .text());
    }

    @Test
    void resultsOfClassifyAndRegress() {
        assertEquals(
                """
                {
                    "results": [[["a", 0.5], ["b", 1.0]], [["a", 0.0]]
                    ]
                }\
                """,
                new String(
                        ResultsAnswer.classes(
                                List.of(
                                        List.of(
                                                new ResultsAnswer.Score("a", 0.5f),
                                                new ResultsAnswer.Score("b", 1)),
                                        List.of(new ResultsAnswer.Score("a", 0)))),
                        StandardCharsets.UTF_8));
        assertEquals(
                "{\n    \"results\": [2.5, 3.0]\n}",
                new String(ResultsAnswer.regressions(List.of(2.5f, 3f)), StandardCharsets.UTF_8));
    }

    @Test
    void errorsAndStatus() {
        assertEquals(
                "{\n    \"error\": \"no \\\"x\\\"\"\n}",
                new String(ErrorAnswer.write("no \"x\""), StandardCharsets.UTF_8));
        assertEquals(
                """
                {
                 "model_version_status": [
                  {
                   "version": "2",
                   "state": "AVAILABLE",
                   "status": {
                    "error_code": "OK",
                    "error_message": ""
                   }
                  },
                  {
                   "version": "1",
                   "state": "END",
                   "status": {
                    "error_code": "NOT_FOUND",
                    "error_message": "gone"
                   }
                  }
                 ]
                }
                """,
                new String(
                        StatusAnswer.write(
                                List.of(
                                        new ModelVersionStatus(
                                                2,
                                                ModelVersionStatus.State.AVAILABLE,
                                                StatusCode.OK,
                                                ""),
                                        new ModelVersionStatus(
                                                1,
                                                ModelVersionStatus.State.END,
                                                StatusCode.NOT_FOUND,
                                                "gone"))),
                        StandardCharsets.UTF_8));
    }

    @Test
    void metadataPrintsDefaultsToo() {
        var inputs = new TreeMap<String, TensorSpec>();
        inputs.put("x", new TensorSpec("x:0", DataType.FLOAT, false, List.of(-1L)));
        var outputs = new TreeMap<String, TensorSpec>();
        outputs.put("y", new TensorSpec("y:0", DataType.STRING, false, null));
        var signatures = new TreeMap<String, Signature>();
        signatures.put("s", new Signature("m", inputs, outputs));
        assertEquals(
                """
                {
                 "model_spec": {
                  "name": "digits",
                  "signature_name": "",
                  "version": "3"
                 },
                 "metadata": {
                  "signature_def": {
                   "signature_def": {
                    "s": {
                     "inputs": {
                      "x": {
                       "dtype": "DT_FLOAT",
                       "tensor_shape": {
                        "dim": [
                         {
                          "size": "-1",
                          "name": ""
                         }
                        ],
                        "unknown_rank": false
                       },
                       "name": "x:0"
                      }
                     },
                     "outputs": {
                      "y": {
                       "dtype": "DT_STRING",
                       "tensor_shape": {
                        "dim": [],
                        "unknown_rank": true
                       },
                       "name": "y:0"
                      }
                     },
                     "method_name": "m",
                     "defaults": {}
                    }
                   }
                  }
                 }
                }
                """,
                new String(MetadataAnswer.write("digits", 3, signatures), StandardCharsets.UTF_8));
    }
}

package dev.millrace.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows of text in aligned columns: the first to the left, the others to the right.
final class Table {

    private final List<String[]> rows = new ArrayList<>();

    Table(String... heads) {
        rows.add(heads);
    }

    void row(String... cells) {
        if (cells.length != rows.getFirst().length) {
            throw new IllegalArgumentException(
                    "A row has " + rows.getFirst().length + " cells: " + Arrays.asList(cells));
        }
        rows.add(cells);
    }

    List<String> lines() {
        int columns = rows.getFirst().length;
        var widths = new int[columns];
        for (var row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(String[] row, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            var space = " ".repeat(widths[i] - row[i].length());
            line.append(i == 0 ? row[i] + space : space + row[i]).append("  ");
        }
        return line.toString().stripTrailing();
    }
}

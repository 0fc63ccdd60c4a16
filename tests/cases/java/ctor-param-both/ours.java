package org.sample;

import java.io.File;
import java.util.List;

/** Reads. */
public class Reader {
    private final File file;

    public Reader(File file, int size) {
        this.file = file;
    }

    public List<String> lines() {
        return parse(file);
    }
}

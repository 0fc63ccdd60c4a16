package org.sample;

import java.io.File;
import java.util.List;

/** Reads. */
public class Reader extends Base {
    private final File file;

    public Reader(File file) {
        this.file = file;
    }

    public List<String> lines() {
        return parse(file);
    }
}

package org.sample;

import java.io.File;
import java.util.List;

/** Reads. */
public class Reader {
    private final File file;

<<<<<<< ours
    public Reader(File file, int size) {
||||||| base
    public Reader(File file) {
=======
    public Reader(File file, Charset set) {
>>>>>>> theirs
        this.file = file;
    }

    public List<String> lines() {
        return parse(file);
    }
}

package org.sample;

import java.io.File;
import java.util.List;

/** Reads. */
public class Reader {
<<<<<<< ours
    private final Path file;
||||||| base
    private final File file;
=======
    private final InputStream file;
>>>>>>> theirs

    public Reader(File file) {
        this.file = file;
    }

    public List<String> lines() {
        return parse(file);
    }
}

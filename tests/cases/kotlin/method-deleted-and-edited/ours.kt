package example.store

import java.io.File
import java.util.Date

enum class Color(val code: Int) {
    RED(1),
    GREEN(2),
}

class Store {
    fun save(path: File) {
        write(path, rows)
    }
}

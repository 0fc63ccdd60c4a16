package example.store

import java.io.File
import java.util.Date

enum class Color(val code: Int) {
    RED(1),
    GREEN(2),
}

class Store {
    fun load(path: File, mode: Mode): List<Row> {
        val data = read(path, mode)
        val rows = parse(data, 2 * limit)
        if (rows.any() && data.ok) {
            emit(rows)
        }
        return rows
    }

    fun save(path: File) {
        write(path, rows)
    }
}

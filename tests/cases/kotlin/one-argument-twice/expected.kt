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
<<<<<<< ours
        val rows = parse(data, 2 * limit)
||||||| base
        val rows = parse(data, limit)
=======
        val rows = parse(data, limit + 1)
>>>>>>> theirs
        if (rows.any() && data.ok) {
            emit(rows)
        }
        return rows
    }

    fun save(path: File) {
        write(path, rows)
    }
}

private fun f() {}

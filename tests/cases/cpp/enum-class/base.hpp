enum class E { A, B };

enum class E { A, B, D };

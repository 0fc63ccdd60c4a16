private func f() {}

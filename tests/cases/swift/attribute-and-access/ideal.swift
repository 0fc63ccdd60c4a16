@A
private func f() {}

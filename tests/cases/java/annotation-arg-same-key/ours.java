@Table(name = "a", schema = "s")
class C {
}

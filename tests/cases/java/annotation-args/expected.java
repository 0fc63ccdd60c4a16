@Table(name = "a", schema = "s", catalog = "c")
class C {
}

@Table(name = "a", catalog = "c")
class C {
}

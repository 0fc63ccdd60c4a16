public class A : B
{
}

class A
  attr_reader :x
  def f(a, b)
    a
  end
end

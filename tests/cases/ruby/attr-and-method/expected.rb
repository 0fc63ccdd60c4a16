class A
  attr_reader :x, :y
  def f(a, b)
    a
  end
end

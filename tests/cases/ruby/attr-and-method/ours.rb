class A
  attr_reader :x, :y
  def f(a)
    a
  end
end

class A < B
  def a(x)
    1
  end
end

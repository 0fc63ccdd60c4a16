class A
  def f
    2
  end
end

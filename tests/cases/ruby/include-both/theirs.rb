class A
  include X
  include Z

  def f
    2
  end
end

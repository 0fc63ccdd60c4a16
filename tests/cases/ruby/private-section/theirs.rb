class A
  def a
  end

  def d
    2
  end

  private

  def b
  end
end

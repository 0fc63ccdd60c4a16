class A
  def a
  end

  private

  def b
  end
end

A = %w[z b c]

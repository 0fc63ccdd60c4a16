A = %w[z b]

"""Business Analyzer: requirement -> specification and stories, or questions."""

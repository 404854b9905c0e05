using Xunit;

namespace EzTemplates.Domain.Tests;

public sealed class UrlPasswordTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("nothing to hide", "nothing to hide")]
    [InlineData("http://example.org/a@b", "http://example.org/a@b")]
    [InlineData("debian=http://me:secret@example.org/debian", "debian=http://***@example.org/debian")]
    [InlineData("`http://a:b@x`; `https://c@y/z` and ://", "`http://***@x`; `https://***@y/z` and ://")]
    public void What_stands_before_the_host_is_hidden(string text, string shown) => Assert.Equal(shown, UrlPassword.Hide(text));
}

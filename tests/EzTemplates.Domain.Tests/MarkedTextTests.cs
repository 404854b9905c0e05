using System.Text;
using Xunit;

namespace EzTemplates.Domain.Tests;

public sealed class MarkedTextTests
{
    [Fact]
    public void Only_what_was_written_is_unedited()
    {
        var text = MarkedText.Write("Types: deb\nURIs: http://localhost/ü\n");
        Assert.True(MarkedText.IsUnedited(text));
        for (var i = 0; i < text.Length; i++)
        {
            var edited = text.ToArray();
            edited[i] ^= 1;
            Assert.False(MarkedText.IsUnedited(edited), $"byte {i}");
        }

        Assert.False(MarkedText.IsUnedited([.. text, (byte)'\n']));
        Assert.False(MarkedText.IsUnedited(text.AsSpan(0, text.Length - 1)));
        Assert.False(MarkedText.IsUnedited([]));
        Assert.False(MarkedText.IsUnedited(Encoding.UTF8.GetBytes("Types: deb\n")));
    }
}

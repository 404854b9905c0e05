using System.Text;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests.Configuring;

public sealed class PrintableTextTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("one\r\ntwo\r\r\n", "one\ntwo\n")]
    [InlineData("\n\nno end", "\n\nno end\n")]
    [InlineData("10%\r20%\r", "10%?20%\n")]
    [InlineData("\u001b[2J\tbell\u0007 c1\u009b", "?[2J\tbell? c1?\n")]
    [InlineData("gr\u00fc\u00dfe \U0001f600\n", "gr\u00fc\u00dfe \U0001f600\n")]
    [InlineData("", "")]
    public void Nothing_is_lost_but_what_steers_a_terminal(string said, string kept) => Assert.Equal(kept, Copy(Encoding.UTF8.GetBytes(said)));

    [Fact]
    public void Bytes_that_are_no_text_take_no_more_room_than_they_took()
    {
        var bytes = new byte[200_000];
        Array.Fill(bytes, (byte)0xff);
        bytes[^1] = (byte)'\n';
        Assert.Equal(new string('?', 199_999) + "\n", Copy(bytes));
    }

    [Fact]
    public void A_character_on_the_edge_of_two_blocks_is_one()
    {
        var text = new string('x', 65_535) + "\u00fc" + new string('y', 10) + "\n";
        Assert.Equal(text, Copy(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Of_a_file_that_is_said_to_be_longer_than_it_may_be_the_end_is_taken() => Assert.Equal("6789\n", Copy("0123456789"u8.ToArray(), 4));

    private string Copy(byte[] said, long most = 1 << 20)
    {
        File.WriteAllBytes(_temp.At("said"), said);
        using var file = File.OpenHandle(_temp.At("said"));
        using var copy = new MemoryStream();
        PrintableText.Copy(file, most, copy);
        return Encoding.UTF8.GetString(copy.ToArray());
    }
}

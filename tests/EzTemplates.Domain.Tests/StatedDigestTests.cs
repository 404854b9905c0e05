using System.Security.Cryptography;
using Xunit;

namespace EzTemplates.Domain.Tests;

public sealed class StatedDigestTests
{
    [Theory]
    [InlineData("sha256", "SHA256", "SHA-256")]
    [InlineData("sha384", "SHA384", "SHA-384")]
    [InlineData("sha512", "SHA512", "SHA-512")]
    public void Each_kind_is_read_written_and_told_by_its_length(string word, string algorithm, string name)
    {
        var hash = CryptographicOperations.HashData(new HashAlgorithmName(algorithm), "content"u8);
        var digits = Convert.ToHexStringLower(hash);
        Assert.True(StatedDigest.TryParse(word, digits.ToUpperInvariant(), out var digest));
        Assert.Equal((digits, word, name, algorithm), (digest.ToString(), digest.Word, digest.KindName, digest.Algorithm.Name));
        Assert.Equal(digest, StatedDigest.Of(hash));
        Assert.Equal(word == "sha256", digest.Sha256 is not null);
        Assert.Equal(digits[..64], digest.Start.ToString());
    }

    [Theory]
    [InlineData("sha256", 128, '0')]
    [InlineData("sha512", 64, '0')]
    [InlineData("sha512", 127, '0')]
    [InlineData("sha512", 128, 'g')]
    [InlineData("sha", 40, '0')]
    [InlineData(null, 64, '0')]
    public void What_is_of_another_length_or_kind_is_none(string? word, int length, char last) =>
        Assert.False(StatedDigest.TryParse(word, new string('0', length - 1) + last, out _));

    [Fact]
    public void Two_that_differ_behind_their_first_bytes_are_two()
    {
        var (long512, short256) = (new string('0', 128), new string('0', 64));
        Assert.NotEqual(StatedDigest.Parse(long512), StatedDigest.Parse(new string('0', 127) + "1"));
        Assert.NotEqual(StatedDigest.Parse(long512), StatedDigest.Parse(short256));
        Assert.Equal<StatedDigest>(Sha256Digest.Parse(short256), StatedDigest.Parse(short256));
    }
}

using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Archives;

/// <summary>Damaged packages are refused or read, never anything else, and take no more memory than their bounds.</summary>
public sealed class DebFuzzTests
{
    private const long MostAllocated = 64L << 20;

    [Theory]
    [InlineData("", 4000)]
    [InlineData(".gz", 1000)]
    [InlineData(".xz", 1000)]
    [InlineData(".zst", 1000)]
    [InlineData(".lzma", 500)]
    [InlineData(".bz2", 500)]
    public void Damaged_packages_are_refused_or_read(string extension, int rounds)
    {
        var random = TestSeed.Random("damaged" + extension);
        var sound = Sample(extension);
        Assert.Equal(9, DebInMemory.Read(sound).Entries.Length);
        var refused = 0;
        var budget = new TarOptions { MaxFileSize = 16 << 20, MaxExpandedSize = 32 << 20 };
        for (var round = 0; round < TestScale.Of(rounds, rounds * 20); round++)
        {
            var damaged = Damage(sound, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var options = new DebReadOptions { FileName = "odd.deb", AllowDevices = true, Tar = budget, DecoderThreads = round % 2 + 1 };
                var contents = DebReader.Read(new DribblingStream(damaged), options, DebInMemory.Sink);
                Assert.Equal(damaged.Length, contents.ArchiveSize);
            }
            catch (MalformedArchiveException failure)
            {
                refused++;
                Assert.StartsWith("`odd.deb`", failure.Message, StringComparison.Ordinal);
            }
            catch (Exception other) when (other is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"round {round}, {TestSeed.Hint}: {other}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostAllocated, $"round {round} allocated {allocated} bytes, {TestSeed.Hint}");
        }

        Assert.True(refused > rounds / 10, $"only {refused} were refused");
    }

    [Fact]
    public void Every_truncation_up_to_the_end_mark_is_refused()
    {
        var sound = Sample("");
        var needed = sound.Length - 1024 - 1;
        for (var length = 0; length < needed; length += 1)
        {
            DebInMemory.Refused(sound[..length]);
        }
    }

    private static byte[] Sample(string extension)
    {
        var data = RawTar.WithFolders().File("./usr/odd/hello", string.Concat(Enumerable.Range(0, 3000)))
            .HardLink("./usr/odd/again", "./usr/odd/hello").Link("./usr/odd/l", "hello").Add("./usr/odd/null", '3')
            .Add("././@LongLink", 'L', "./usr/odd/" + new string('n', 150) + "\0").File("x").Folder("./usr/odd/sub/");
        var control = extension is ".bz2" or ".lzma" ? "" : extension;
        return RawDeb.Ar(
            ("debian-binary", "2.0\n"u8.ToArray()),
            ("control.tar" + control, RawDeb.Compress(RawDeb.Control(), control)),
            ("data.tar" + extension, RawDeb.Compress(data.ToArray(), extension)));
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        var damaged = random.Next(8) == 0 ? sound[..random.Next(sound.Length)] : [.. sound];
        for (var times = random.Next(1, 6); times > 0 && damaged.Length > 0; times--)
        {
            var at = random.Next(damaged.Length);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 2:
                    damaged.AsSpan(at, Math.Min(random.Next(1, 64), damaged.Length - at)).Fill((byte)"\0\xff/79"[random.Next(5)]);
                    break;
                default:
                    var from = random.Next(damaged.Length);
                    var length = Math.Min(random.Next(1, 600), damaged.Length - Math.Max(at, from));
                    damaged.AsSpan(from, length).CopyTo(damaged.AsSpan(at));
                    break;
            }
        }

        return damaged;
    }
}

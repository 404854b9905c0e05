using System.Buffers.Binary;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.RpmFiles;

/// <summary>Damaged packages are refused or read, never anything else, and take no more memory than their bounds.</summary>
public sealed class RpmFuzzTests
{
    private const long MostAllocated = 256L << 20;

    /// <summary>Digests that no longer hold would hide what is behind them, so most rounds have none.</summary>
    [Theory]
    [InlineData("", 6000)]
    [InlineData(".gz", 1500)]
    [InlineData(".xz", 1500)]
    [InlineData(".lzma", 500)]
    [InlineData(".zst", 1500)]
    [InlineData(".bz2", 500)]
    public void Damaged_packages_are_refused_or_read(string extension, int rounds)
    {
        var random = TestSeed.Random("damaged rpm" + extension);
        byte[][] sound = [Sample(extension, hasDigests: false), Sample(extension, hasDigests: true)];
        Assert.All(sound, one => Assert.Equal(7, RpmInMemory.Read(one).Entries.Length));
        var (read, refused) = (0, 0);
        for (var round = 0; round < TestScale.Of(rounds, rounds * 30); round++)
        {
            var damaged = Damage(sound[random.Next(8) == 0 ? 1 : 0], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var contents = RpmInMemory.Read(damaged, RpmInMemory.Options with { MaxExpandedSize = 32 << 20, DecoderThreads = (round % 2) + 1 });
                Assert.Equal(damaged.Length, contents.ArchiveSize);
                read++;
            }
            catch (MalformedArchiveException failure)
            {
                refused++;
                Assert.StartsWith("`odd.rpm`", failure.Message, StringComparison.Ordinal);
            }
            catch (Exception other) when (other is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"round {round}, {TestSeed.Hint}: {other}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostAllocated, $"round {round} allocated {allocated} bytes, {TestSeed.Hint}");
        }

        TestNotes.Write($"{read} read, {refused} refused");
        Assert.True(refused > rounds / 10, $"only {refused} were refused");
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var sound = Sample("", hasDigests: true);
        for (var length = 0; length < sound.Length; length++)
        {
            RpmInMemory.Refused(sound[..length]);
        }
    }

    /// <summary>As many files as the header's bytes allow, each in a folder whose name is as long as it gets.</summary>
    [Fact]
    public void A_header_that_asks_for_much_is_refused_before_it_gets_it()
    {
        const int count = 199_000;
        var header = new RawRpmHeader().Text(1000, "n").Text(1001, "1").Text(1002, "1").Texts(1118, "/" + string.Join('/', Enumerable.Repeat(new string('d', 200), 19)) + "/")
            .Ints(1116, new long[count]).Texts(1117, [.. Enumerable.Range(0, count).Select(i => i.ToString("x", null))])
            .Shorts(1030, [.. Enumerable.Repeat(0x81a4, count)]).Ints(1034, new long[count]).Ints(1028, new long[count]);
        var signature = new RawRpmHeader().Ints(1000, 1).ToArray(62);
        byte[] rpm = [.. RawRpm.Lead(), .. signature, .. new byte[(8 - (signature.Length % 8)) % 8], .. header.ToArray(63)];

        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = RpmInMemory.Refused(rpm);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Contains("names have more than", failure.Reason, StringComparison.Ordinal);
        Assert.True(allocated < MostAllocated, $"{allocated} bytes were allocated");
    }

    /// <summary>What a sound package of as many files as are allowed takes: below the bound too.</summary>
    [Theory]
    [InlineData("070701")]
    [InlineData("07070X")]
    public void A_package_of_many_files_stays_within_the_bound(string form)
    {
        const int count = 199_000;
        const string folder = "/usr/share/some/where/";
        string[] names = [.. Enumerable.Range(0, count).Select(i => "a-directory-with-a-name-of-usual-length-" + i.ToString("x", null))];
        var header = new RawRpmHeader().Text(1000, "n").Text(1001, "1").Text(1002, "1").Text(1044, "s").Texts(1118, folder)
            .Ints(1116, new long[count]).Texts(1117, names).Texts(1035, [.. Enumerable.Repeat(new string('0', 64), count)])
            .Shorts(1030, [.. Enumerable.Repeat(0x41ed, count)]).Ints(1034, new long[count]).Ints(1028, new long[count]);
        var signature = new RawRpmHeader().Ints(1000, 1).ToArray(62);
        var archive = new RawCpio();
        for (var i = 0; i < count; i++)
        {
            _ = form == "070701" ? archive.Add("." + folder + names[i]) : archive.Stripped(i);
        }

        byte[] rpm = [.. RawRpm.Lead(), .. signature, .. new byte[(8 - (signature.Length % 8)) % 8], .. header.ToArray(63), .. archive.ToArray()];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(count, RpmInMemory.Read(rpm).Entries.Length);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        TestNotes.Write($"{allocated >> 20} MB for {count} files");
        Assert.True(allocated < MostAllocated, $"{allocated} bytes were allocated");
    }

    private static byte[] Sample(string extension, bool hasDigests)
    {
        var rpm = new RawRpm
        {
            Extension = extension,
            Change = hasDigests ? null : header => header.Remove(5092).Remove(5097).Texts(1035, [.. Enumerable.Repeat("", 8)]),
            ChangeSignature = hasDigests ? null : signature => signature.Remove(269).Remove(273).Remove(1004),
        };
        return rpm.Folder("/usr/odd").File("/usr/odd/hello", string.Concat(Enumerable.Range(0, 3000))).Link("/usr/odd/l", "hello")
            .Add(new RawRpmFile("/usr/odd/a", 0x81a4, "a") { Inode = 5 }).Add(new RawRpmFile("/usr/odd/b", 0x81a4, "a") { Inode = 5 })
            .Add(new RawRpmFile("/usr/odd/null", 0x21b6) { Device = 0x103 }).Add(new RawRpmFile("/usr/odd/c", 0x81ed, "c") { Capabilities = "cap_net_raw=ep" })
            .Add(new RawRpmFile("/usr/odd/g", 0x81a4) { Flags = 64 }).ToArray();
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        var damaged = random.Next(16) == 0 ? sound[..random.Next(sound.Length)] : [.. sound];
        var main = RpmRefusalTests.MainHeader(sound);
        for (var times = random.Next(1, 6); times > 0 && damaged.Length > 8; times--)
        {
            // Headers are a small part of the bytes and most of what can be wrong.
            var most = random.Next(4) == 0 ? damaged.Length : Math.Min(damaged.Length, main + 2500);
            var at = random.Next(most);
            switch (random.Next(5))
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
                case 3:
                    // A word of an index: tags, types, offsets and counts are four bytes each.
                    var word = Math.Min(at & ~3, damaged.Length - 4);
                    BinaryPrimitives.WriteInt32BigEndian(damaged.AsSpan(Math.Max(word, 0)), Words[random.Next(Words.Length)]);
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

    private static readonly int[] Words = [0, 1, 2, 6, 7, 8, 9, 16, 62, 63, 100, 1000, 1027, 1028, 1117, 5008, -1, -16, int.MaxValue, int.MinValue, 0xffff, 0x10000, 0x1000000];
}

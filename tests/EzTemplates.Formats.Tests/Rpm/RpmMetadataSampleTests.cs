using System.Globalization;
using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests;

/// <summary>
/// Metadata of real repositories and of other projects' tests, judged by Python's readers: what is sound is read as they read it, each broken
/// record is set aside, each broken file refused, and what is said names the field. Nothing takes more memory than its bound.
/// </summary>
public sealed partial class RpmMetadataSampleTests
{
    private const long MostAllocated = 256L << 20;

    [Fact]
    public void Samples_say_what_other_readers_find_in_them_and_broken_ones_say_why()
    {
        var folder = Path.Combine(Requires.Shared(), "samples/repodata");
        var judged = RpmMetadataOracle.Judge([.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]);
        var (read, refused, setAside, most) = (0, 0, 0, 0L);
        foreach (var file in judged)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var reading = Read(file);
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
            Compare(file, reading);
            (read, refused) = reading.Failure is null ? (read + 1, refused) : (read, refused + 1);
            setAside += file.SetAside.Count;
        }

        TestNotes.Write($"{read} files read, {refused} refused, {setAside} records set aside; at most {most >> 20} MB allocated for one");
        Assert.True(read >= 200 && refused >= 100 && setAside >= 2000, $"{read} read, {refused} refused, {setAside} set aside");
        Assert.InRange(most, 0, MostAllocated);
    }

    /// <summary>librepo's lists of mirrors; the port of its server is filled in when its tests run.</summary>
    [Fact]
    public void Lists_of_mirrors_give_their_addresses_in_their_order()
    {
        var folder = Path.Combine(Requires.Shared(), "samples/repodata/rpm-software-management+librepo/tests/python/tests/servermock/yum_mock/static/mirrorlist");
        var counts = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(file =>
        {
            var text = File.ReadAllText(file).Replace("{PORT_PLACEHOLDER}", "8080", StringComparison.Ordinal);
            var roots = MirrorListReader.ReadPlain(System.Text.Encoding.UTF8.GetBytes(text)).Roots;
            Assert.Equal(text.Split('\n').Where(line => line.StartsWith("http:", StringComparison.Ordinal)).Select(line => line.TrimEnd('/') + "/"), roots.Select(root => root.OriginalString));
            return roots.Count;
        });
        Assert.Equal([2, 2, 1, 1, 0, 1], counts);
    }

    private static void Compare(JudgedMetadata file, RpmMetadataReading reading)
    {
        var expected = file.Refused != "" ? file.Refused switch { "XML" => "well-formed XML", "YAML" => "not YAML", var field => $"field `{field}`" }
            : file.Kind is "unread" or "other" ? "" : null;
        if (expected is not null)
        {
            Assert.True(reading.Failure is not null, $"{file.Path}: it was read");
            Assert.Contains(Path.GetFileName(file.Path), reading.Failure.Message, StringComparison.Ordinal);
            Assert.Contains(expected, reading.Failure.Message, StringComparison.Ordinal);
            Assert.True(file.Kind is "unread" or "other" || reading.Failure is MalformedMetadataException { Line: > 0 }, reading.Failure.Message);
            return;
        }

        Assert.True(reading.Failure is null, $"{file.Path}: {reading.Failure?.Message}");
        Assert.True(
            Lines(file.Items).SequenceEqual(Lines(reading.Items)),
            $"{file.Path}: alone in the file:\n{Head(file.Items.Except(reading.Items))}\nalone as read:\n{Head(reading.Items.Except(file.Items))}\nset aside: {Head(reading.Warnings.Select(w => w.ToString()))}");
        var said = reading.Warnings.ToDictionary(warning => int.Parse(Number().Match(warning.Record).Value, CultureInfo.InvariantCulture), warning => warning.Reason);
        Assert.Equal(file.SetAside.Keys.Order(), said.Keys.Order());
        Assert.All(file.SetAside, record => Assert.Contains(record.Value, word => said[record.Key].Contains(word, StringComparison.Ordinal)));
    }

    /// <summary>A thing counts once.</summary>
    private static IEnumerable<string> Lines(IEnumerable<string> items) => items.Distinct().Order(StringComparer.Ordinal);

    private static string Head(IEnumerable<string> lines) => string.Join('\n', lines.Take(5));

    private static RpmMetadataReading Read(JudgedMetadata file)
    {
        var reading = new RpmMetadataReading();
        try
        {
            using var source = File.OpenRead(file.Path);
            using var plain = Decompression.Open(source, CompressionNames.OfName(file.Path));
            reading.Read(file, plain);
        }
        catch (EzException failure) when (failure.Kind is FailureKind.Untrusted)
        {
            reading.Failure = failure;
        }

        return reading;
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}

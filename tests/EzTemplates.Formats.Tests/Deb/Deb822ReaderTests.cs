using System.Text;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Deb;

public sealed class Deb822ReaderTests
{
    [Fact]
    public void Reads_paragraphs_fields_and_folded_values()
    {
        var read = Read("\n\nPackage: a\nDescription: short\n long one\n .\n more\nEmpty:\n\n\nPACKAGE:b\nLast : \t x y \t");
        Assert.Equal(
            [
                "3 3 Package=a", "3 4 Description=short\n long one\n .\n more", "3 8 Empty=",
                "11 11 PACKAGE=b", "11 12 Last=x y",
            ],
            read);
    }

    [Fact]
    public void Reads_crlf_as_lf()
    {
        var paragraphs = Deb822Paragraph.ReadAll("A: 1\r\nB: x\r\n y\r\n\r\nA: 2\r\n"u8.ToArray(), "f");
        Assert.Equal(2, paragraphs.Length);
        Assert.Equal("1", paragraphs[0].Text("a"));
        Assert.Equal(["x", "y"], paragraphs[0].Find("B")!.Lines);
        Assert.Equal("2", paragraphs[1].Text("A"));
    }

    [Fact]
    public void Skips_comments_only_where_they_are_allowed()
    {
        const string Text = "# top\nTypes: deb\nSuites: a # kept\n b\n# inside\n c\n# end\nSigned-By: #x\n# between\n y\n#\n\n# alone\n";
        var paragraph = Assert.Single(Deb822Paragraph.ReadAll(Encoding.UTF8.GetBytes(Text), "x.sources", Deb822Comments.Skipped));
        Assert.Equal(["Types", "Suites", "Signed-By"], paragraph.Fields.Select(field => field.Name));
        Assert.Equal(["a", "#", "kept", "b", "c"], paragraph.Find("Suites")!.Words);
        Assert.Equal(["#x", "y"], paragraph.Find("Signed-By")!.Words);
        Assert.Equal(8, paragraph.Find("Signed-By")!.Line);

        var refused = Assert.Throws<MalformedMetadataException>(() => Deb822Paragraph.ReadAll(Encoding.UTF8.GetBytes(Text), "x.sources"));
        Assert.Equal(1, refused.Line);
    }

    [Theory]
    [InlineData("A: 1\n\n B: 2\n", 3, "", "a continuation line without a field before it")]
    [InlineData("A: 1\nrubbish\n", 2, "", "neither a field")]
    [InlineData("A: 1\n: 2\n", 2, "", "neither a field")]
    [InlineData("A: 1\n-B: 2\n", 2, "", "not a field name")]
    [InlineData("A: 1\nB C: 2\n", 2, "", "not a field name")]
    [InlineData("A: 1\nÄ: 2\n", 2, "", "not a field name")]
    [InlineData("A: 1\nB: 2\na: 3\n", 3, "a", "stands twice")]
    [InlineData("A: 1\n \t\n", 2, "A", "a line of blanks")]
    public void Says_what_is_malformed_and_where(string text, int line, string field, string reason)
    {
        var refused = Assert.Throws<MalformedMetadataException>(() => Read(text));
        Assert.Equal(line, refused.Line);
        Assert.Equal(field, refused.Field);
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
        Assert.Contains($"`the file`, line {line}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(EzTemplates.Domain.FailureKind.Untrusted, refused.Kind);
    }

    [Fact]
    public void Refuses_a_duplicate_among_many_fields()
    {
        var fields = string.Concat(Enumerable.Range(0, 400).Select(i => $"Field-{i}: {i}\n"));
        Assert.Equal(400, Read(fields).Count);
        Assert.Equal("field-77", Assert.Throws<MalformedMetadataException>(() => Read(fields + "field-77: x\n")).Field);
        var many = string.Concat(Enumerable.Range(0, 5000).Select(i => $"Field-{i}: {i}\n"));
        Assert.Contains("more than 1000 fields", Assert.Throws<MalformedMetadataException>(() => Read(many)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Never_fails_otherwise_than_by_its_own_error()
    {
        var random = TestSeed.Random(nameof(Never_fails_otherwise_than_by_its_own_error));
        var pieces = new[] { "A", "b", ":", " ", "\t", "\n", "\r\n", "#", "-", "A: 1\n", "é", "\0", "\n\n" };
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            foreach (var comments in (Deb822Comments[])[Deb822Comments.Refused, Deb822Comments.Skipped])
            {
                try
                {
                    _ = Deb822Paragraph.ReadAll(Encoding.UTF8.GetBytes(text), "f", comments);
                    accepted++;
                }
                catch (MalformedMetadataException)
                {
                }
            }
        }

        Assert.True(accepted > 100);
    }

    /// <summary>Paragraph line, field line, name and value of every field.</summary>
    private static List<string> Read(string text)
    {
        var read = new List<string>();
        var reader = new Deb822Reader(Encoding.UTF8.GetBytes(text), "the file");
        while (reader.NextParagraph())
        {
            while (reader.NextField())
            {
                Assert.True(reader.Value.SequenceEqual(reader.ValueMemory.Span));
                read.Add($"{reader.ParagraphLine} {reader.FieldLine} {Encoding.UTF8.GetString(reader.Name)}={Encoding.UTF8.GetString(reader.Value)}");
            }
        }

        return read;
    }
}

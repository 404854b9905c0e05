using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using Xunit;

namespace EzTemplates.Formats.Tests.Manifests;

public sealed class ObjectNamesTests
{
    private const string A = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string B = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

    [Fact]
    public void A_manifest_s_files_are_named_with_their_sizes()
    {
        var text = $"ez-manifest 1\nd 0755 0 0 1.000000000 0 - - /\nf 0644 0 0 1.000000000 0 {A} - /a\nh 0644 0 0 1.000000000 0 - - /b /a\nf 0644 0 0 1.000000000 1 {B} - /c\n";
        Assert.Equal([(A, 0L), (B, 1L)], Read(text));
    }

    [Fact]
    public void A_package_s_control_members_are_among_its_objects()
    {
        var text = $"ez-contents 2\npackage {A} 10\ncontrol 0644 1.000000000 1 {B} control\nf 0644 0 0 1.000000000 0 {A} - root root /a\n";
        Assert.Equal([(B, 1L), (A, 0L)], Read(text));
    }

    [Theory]
    [InlineData("ez-manifest 2\n")]
    [InlineData("")]
    [InlineData("ez-manifest 1\nx 0755 0 0 1.000000000 0 - - /\n")]
    [InlineData("ez-manifest 1\nf 0755 0 0 1.000000000 0 - - /\n")]
    [InlineData("ez-manifest 1\nf 0755 0 0 1.000000000 0 e3b0 - /\n")]
    [InlineData("ez-manifest 1\nd 0755 0 0 1.000000000 0 - - /")]
    public void What_is_no_line_of_it_is_refused_and_never_left_out(string text) =>
        Assert.Equal(FailureKind.Store, Assert.Throws<EzException>(() => Read(text)).Kind);

    private static List<(string, long)> Read(string text)
    {
        var found = new List<(string, long)>();
        for (var names = new ObjectNames(Encoding.ASCII.GetBytes(text), "file"); names.MoveNext();)
        {
            found.Add((names.Current.ToString(), names.CurrentSize));
        }

        return found;
    }
}

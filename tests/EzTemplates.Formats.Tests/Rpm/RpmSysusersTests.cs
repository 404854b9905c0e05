using System.Text;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests;

/// <summary>Which users and groups a package declares in what it provides.</summary>
public sealed class RpmSysusersTests
{
    [Fact]
    public void Lines_are_read_from_versions_in_base64()
    {
        var package = new GeneratedRpm("server", "1")
        {
            Provides =
            [
                $"user(server) = {Encode("u server - \"A server\" /srv/server")}", "group(server)", $"group(more) = {Encode("g more 61\ng others -")}",
                $"groupmember(server/more) = {Encode("m server more")}", "user(odd) = 1.0-1", $"user(later) >= {Encode("u later -")}", $"user(before) < {Encode("u before -")}",
                $"users(server) = {Encode("u other -")}",
            ],
        };
        using var file = new MemoryStream(package.ToArray(key: null));
        Assert.Equal(
            ["u server - \"A server\" /srv/server", "g more 61", "g others -", "m server more", "u later -"],
            RpmSysusers.LinesOf(RpmHeaders.Read(file, package.FileName).Main));
    }

    /// <summary>As rpm's macro <c>add_sysuser</c> does, filled up with NULs.</summary>
    private static string Encode(string line) => Convert.ToBase64String(Encoding.ASCII.GetBytes(line.PadRight((line.Length + 2) / 3 * 3, '\0')));
}

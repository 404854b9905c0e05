using System.Globalization;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.RpmFiles;

/// <summary>Texts become the bytes that setcap(8), which is libcap, writes; what it refuses is refused.</summary>
public sealed class FileCapabilitiesTests
{
    public static TheoryData<string> Texts =>
    [
        "cap_net_raw=ep", "cap_net_raw,cap_net_admin=ep", "= cap_net_raw+ep", "cap_chown=p", "cap_chown=i", "cap_chown=ei", "cap_setfcap,cap_bpf+pe", "all=ep",
        "=ep", "=", "cap_net_raw=ep cap_net_raw-e", "cap_checkpoint_restore=p cap_kill=i", "CAP_KILL=eip", "=p cap_chown-p", "cap_kill=p+i", "cap_kill=pi-p",
        "7=ep", "cap_net_bind_service+ep", "cap_kill=ep cap_chown=p", "cap_nope=ep", "cap_kill", "cap_kill=x", "+ep", "cap_kill+", "cap_kill=ep,", "cap_kill=ep\tcap_chown=ep",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void The_attribute_is_what_setcap_writes(string text)
    {
        Requires.Root();
        Requires.Tool("setcap");
        Requires.Tool("getfattr");
        using var temp = new TempFolder();
        var file = temp.WriteFile("f", "x"u8.ToArray());
        var run = ToolRun.Run("setcap", text, file);
        if (run.Error.Contains("not supported", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Skip("needs a temporary directory that holds capabilities");
        }

        if (run.ExitCode == 0)
        {
            var line = ToolRun.Run("getfattr", "-n", FileCapabilities.AttributeName, "-e", "hex", "--absolute-names", file).Succeed().Lines.Single(l => l.Contains("=0x", StringComparison.Ordinal));
            Assert.Equal(line[(line.IndexOf("=0x", StringComparison.Ordinal) + 3)..], Convert.ToHexStringLower(FileCapabilities.ToAttribute(text).Value.AsSpan()));
        }
        else
        {
            var failure = Assert.Throws<MalformedArchiveException>(() => FileCapabilities.ToAttribute(text));
            Assert.Contains("FILECAPS", failure.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void One_attribute_byte_by_byte() => Assert.Equal(
        "0100000200300000000000000000000000000000".ToLower(CultureInfo.InvariantCulture),
        Convert.ToHexStringLower(FileCapabilities.ToAttribute("cap_net_admin,cap_net_raw=ep").Value.AsSpan()));
}

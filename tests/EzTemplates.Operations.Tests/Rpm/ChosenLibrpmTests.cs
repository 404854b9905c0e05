using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Operations.Tests.Rpm;

public sealed class ChosenLibrpmTests
{
    [Theory]
    [InlineData(Architecture.Arm64, null, "cannot be run on Arm64 yet, whichever librpm there is", "`configure: none`")]
    [InlineData(Architecture.Arm64, "librpm.so.9", "cannot be run on Arm64 yet", "`configure: none`")]
    [InlineData(Architecture.X64, null, "which neither this host has (librpm.so.9 or .10", "install rpm on this host")]
    [InlineData(Architecture.X64, "librpm.so.10", "which this host's own (`librpm.so.10`) was built without, and the tree has no librpm", "build on a host whose rpm does")]
    public void What_there_is_no_librpm_for_is_told(Architecture machine, string? unfit, string why, string hint)
    {
        var refused = ChosenLibrpm.Refusal(machine, unfit);
        Assert.Equal(FailureKind.Environment, refused.Kind);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains(hint, refused.Hint, StringComparison.Ordinal);
    }
}
